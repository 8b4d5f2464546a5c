@testable import Admission
import Audit
import Cryptography
import Foundation
import OCI
import PolicyEngine
import StrictJSON
import TestSupport
import Testing
import Timestamp
import Trust

@Suite struct GateRecordingTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func open(_ storage: any Storage = FileStorage()) throws -> AuditLog {
        try AuditLog.open(directory: scratch.path + "/log", storage: storage)
    }

    private func record(_ id: String) throws -> JSONValue {
        try #require(try AuditReader(directory: scratch.path + "/log").record(id: id)).json
    }

    @Test("the answer names a record that the log holds, and a head that the log verifies against")
    func durable() async throws {
        try await withRegistry { fixture in
            let release = try PrivateKey.generate(.ecdsaP256)
            var files = PolicyFiles()
            try files.attestor("release-key", release)
            files.policy(
                "signed", match: "{images: [\"\(fixture.registry.authority)/**\"]}",
                checks: "signature: {by: release-key}")
            let policies = try files.load()
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)

            let log = try open()
            let gate = Gate(policies, fixture.collector(keeper: LogKeeper(log: log)), log: log)
            var origin = RequestOrigin(source: "kubernetes.admission")
            origin.user = "ann\u{1B}[31m"
            origin.namespace = "shop"
            let answer = await gate.answer(
                .of(fixture.image("team/app", ":1.0"), origin: origin), at: fixture.clock.now)
            let later = await gate.answer(.of("elsewhere.example.com/app"), at: fixture.clock.now)
            log.close()
            #expect(answer.isAllowed)
            #expect(!later.isAllowed)

            let json = try record(answer.recordID)
            #expect(json["code"]?.string == "IMG01I")
            #expect(json["time"]?["decided"]?.string == fixture.clock.now.rfc3339)
            #expect(json["source"]?["instance"]?.string == "gate")
            #expect(json["actor"]?["user"]?.string == "ann\u{1B}[31m")
            #expect(json["target"]?["namespace"]?.string == "shop")
            #expect(json["policy"]?["set"]?.string == policies.revision.description)
            #expect(json["decision"]?["allowed"]?.boolean == true)
            let image = try #require(json["images"].map { Array($0.elements) }?.first)
            #expect(image["digest"]?.string == digest.description)
            #expect(image["verdict"]?.string == "allow")
            let finding = try #require(image["findings"].map { Array($0.elements) }?.first)
            #expect(finding["outcome"]?.string == "passed")
            #expect(
                finding["signers"].map { $0.elements.compactMap(\.string) } == [
                    "SHA256:" + release.publicKey.fingerprint.hexadecimal
                ])
            // The image's manifest, the signature's manifest and its payload.
            #expect(image["evidence"]?.count == 3)
            #expect(try record(later.recordID)["code"]?.string == "IMG02E")

            let annotations = Dictionary(uniqueKeysWithValues: answer.auditAnnotations.map { ($0.key, $0.value) })
            #expect(annotations["decision-id"] == answer.recordID)
            let parts = try #require(annotations["log-head"]).split(separator: ":", maxSplits: 1).map(String.init)
            let head = AuditPosition(
                sequence: try #require(Int(parts[0])), leafHash: try #require(Base64.decode(parts[1].utf8)))
            let report = AuditVerification.verify(directory: scratch.path + "/log", expectedHead: head)
            #expect(report.faults.isEmpty)
            #expect(report.problem == nil)
            #expect(report.records == 2)
            #expect(report.evidenceFiles == 3)
        }
    }

    @Test("a decision is recorded under the name that was given out before it was made")
    func namedBeforehand() async throws {
        var files = PolicyFiles()
        files.policy("open", checks: "insecureAcceptAnything: {because: a test}")
        let log = try open()
        let gate = Gate(
            try files.load(), EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }),
            log: log)
        let request = AdmissionRequest.of("registry.example.com/app")
        let id = gate.newRecordID(at: TestClock.start)
        let decision = await gate.decide(request, at: TestClock.start, recordedAs: id)
        let answer = await gate.record(decision, of: request)
        let other = await gate.answer(request, at: TestClock.start)
        log.close()
        #expect(answer.recordID == id)
        #expect(other.recordID != id)
        #expect(try record(id)["decision"]?["allowed"]?.boolean == true)
    }

    @Test("nothing is allowed that cannot be recorded")
    func failingLog() async throws {
        var files = PolicyFiles()
        files.policy("open", checks: "insecureAcceptAnything: {because: a test}")
        let log = try open()
        let gate = Gate(
            try files.load(), EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }),
            log: log)
        #expect(await gate.answer(.of("registry.example.com/app"), at: TestClock.start).isAllowed)
        log.close()
        let answer = await gate.answer(.of("registry.example.com/app"), at: TestClock.start)
        #expect(!answer.isAllowed)
        #expect(answer.reason == .auditUnavailable)
        #expect(answer.message.contains("[audit-unavailable]"))
        #expect(answer.isCalledUndetermined)
        #expect(!gate.isReady)
    }

    @Test("a gate that observes goes on without its log, and says so")
    func failingLogWhileObserving() async throws {
        let log = try open()
        let gate = Gate(
            try PolicyFiles().load(),
            EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }),
            mode: .observe, log: log)
        log.close()
        let answer = await gate.answer(.of("registry.example.com/app"), at: TestClock.start)
        #expect(answer.isAllowed)
        #expect(answer.warnings.contains { $0.contains("[audit-unavailable]") })
        #expect(gate.isReady)
    }

    @Test("evidence that cannot be kept leaves the image undetermined")
    func failingEvidence() async throws {
        try await withRegistry { fixture in
            let release = try PrivateKey.generate(.ecdsaP256)
            var files = PolicyFiles()
            try files.attestor("release-key", release)
            files.policy("signed", checks: "signature: {by: release-key}")
            let digest = fixture.registry.pushImage(to: "team/app")
            try fixture.sign(digest, "team/app", with: release)
            let log = try open()
            // What stands where evidence is written is no directory any more.
            let incoming = scratch.path + "/log/evidence/incoming"
            try FileManager.default.removeItem(atPath: incoming)
            try scratch.write([], to: "log/evidence/incoming")
            let gate = Gate(try files.load(), fixture.collector(keeper: LogKeeper(log: log)), log: log)
            let answer = await gate.answer(.of(fixture.image("team/app", "@\(digest)")), at: fixture.clock.now)
            log.close()
            #expect(!answer.isAllowed)
            #expect(answer.reason == .auditUnavailable)
            #expect(answer.isCalledUndetermined)
            #expect(try record(answer.recordID)["code"]?.string == "IMG05E")
        }
    }

    @Test("a request of 256 images with long names and many findings is recorded, and the whole of it can be looked up")
    func large() async throws {
        var files = PolicyFiles()
        for index in 0..<20 {
            files.policy("policy-\(index)", checks: "insecureAcceptAnything: {because: a test}", "digest: required")
        }
        let log = try open()
        let gate = Gate(
            try files.load(), EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }),
            log: log)
        let images = (0..<256).map { "registry.example.com/" + String(repeating: "long/", count: 40) + "app\($0):1.0" }
        let answer = await gate.answer(.of(images), at: TestClock.start)
        log.close()
        #expect(answer.reason == .digestRequired)
        #expect(!answer.isCalledUndetermined)

        let json = try record(answer.recordID)
        let recorded = json["images"].map { Array($0.elements) } ?? []
        #expect(recorded.count == 256)
        #expect(recorded.allSatisfy { $0["verdict"]?.string == "deny" && $0["reason"]?.string == "digest-required" })
        let shortened = try #require(json["shortened"])
        #expect(shortened["images"]?.integer == 256)
        #expect(shortened["imagesOmitted"]?.integer == 0)
        let told = recorded.reduce(0) { $0 + ($1["findings"]?.count ?? 0) }
        #expect(shortened["findingsOmitted"]?.integer == 256 * 40 - told)

        let name = try #require(shortened["evidence"]?.string?.dropFirst("sha256:".count))
        let file = scratch.path + "/log/evidence/sha256/\(name.prefix(2))/\(name.dropFirst(2))"
        let document = try JSONDocument(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
        let complete = document.root["images"].map { Array($0.elements) } ?? []
        #expect(complete.compactMap { $0["requested"]?.string } == images)
        #expect(complete.allSatisfy { $0["findings"]?.count == 40 })
        #expect(AuditVerification.verify(directory: scratch.path + "/log").faults.isEmpty)
    }
}

extension Answer {
    /// Whether the caller is told that trying again may help.
    fileprivate var isCalledUndetermined: Bool {
        auditAnnotations.contains { $0.key == "undetermined" && $0.value == "true" }
    }
}
