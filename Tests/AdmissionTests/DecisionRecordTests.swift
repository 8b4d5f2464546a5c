@testable import Admission
import Audit
import OCI
@testable import PolicyEngine
import StrictJSON
import Testing
import Timestamp
import Trust

@Suite struct DecisionRecordTests {
    private let instance = GateInstance(name: "gate", version: "1.2.3")

    private func json(_ body: RecordBody) throws -> JSONValue {
        try JSONDocument(parsing: [UInt8(ascii: "{")] + body.bytes + [UInt8(ascii: "}")]).root
    }

    private func finding(_ outcome: Finding.Outcome, policy: String? = "production") -> Finding {
        Finding(policy: policy, check: "signature", enforcement: .deny, outcome: outcome, message: nil)
    }

    private func refusal(_ found: String = "no signature") -> Finding.Outcome {
        .violated(Refusal(.signatureMissing, found: found, expected: "a signature"))
    }

    private func decision(
        _ images: [(text: String, outcomes: [Finding.Outcome])], mode: GateMode = .enforce
    ) -> Decision {
        let judged = images.enumerated().map { index, image in
            let isRefused = image.outcomes.contains { if case .passed = $0 { false } else { true } }
            return JudgedImage(
                requested: RequestedImage(
                    text: image.text, kind: .main, path: "spec.containers[\(index)].image", container: "c\(index)"),
                reference: nil,
                decision: ImageDecision(
                    verdict: isRefused ? .refused(.signatureMissing) : .allowed,
                    findings: image.outcomes.map { finding($0) }, digest: .sha256(of: Array(image.text.utf8)),
                    passedOver: []),
                evidence: [.sha256(of: [1])])
        }
        return Decision(
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", images: judged, requestRefusal: nil, mode: mode,
            policyRevision: .sha256(of: []),
            decidedAt: TestClock.start)
    }

    @Test("an image that stands in two places is told in full in both")
    func twoPlaces() throws {
        let first = try #require(decision([("app", [.passed(signers: [.key(fingerprint: [0xAB])])])]).images.first)
        let second = first.decided(
            for: RequestedImage(
                text: "app", kind: .initialization, path: "spec.initContainers[0].image", container: "b"))
        let both = Decision(
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", images: [first, second], mode: .enforce, policyRevision: .sha256(of: []),
            decidedAt: TestClock.start)
        let record = DecisionRecord(both, of: .of("app"), by: instance)
        let images = try #require(json(record.body)["images"].map { Array($0.elements) })
        #expect(images.map { $0["container"]?.string } == ["c0", "b"])
        #expect(images.map { $0["kind"]?.string } == ["main", "init"])
        for image in images {
            #expect(image["verdict"]?.string == "allow")
            #expect(image["findings"]?.elements.first { _ in true }?["signers"]?.count == 1)
            #expect(image["evidence"]?.count == 1)
        }
    }

    @Test("the members of a record stand in a fixed order, and hold what was decided")
    func members() throws {
        let decision = decision([("app", [.passed(signers: [.key(fingerprint: [0xAB])]), refusal()])])
        let record = DecisionRecord(decision, of: .of("app"), by: instance)
        #expect(record.fits)
        let json = try json(record.body)
        #expect(
            json.members.map(\.key) == [
                "id", "code", "event", "class", "time", "source", "request", "actor", "target", "policy", "images",
                "decision",
            ])
        #expect(json["id"]?.string == decision.id)
        #expect(json["code"]?.string == "IMG02E")
        #expect(json["decision"]?["reason"]?.string == "signature-missing")
        let image = try #require(json["images"].map { Array($0.elements) }?.first)
        #expect(
            image.members.map(\.key) == [
                "container", "kind", "path", "requested", "digest", "verdict", "reason", "findings", "evidence",
            ])
        #expect(image["findings"]?.count == 2)
        let refused = try #require(image["findings"].map { Array($0.elements) }?.last)
        #expect(refused["outcome"]?.string == "violated")
        #expect(refused["found"]?.string == "no signature")
    }

    @Test(
        "a finding says what relieves it, and keeps its outcome",
        arguments: [
            (
                Relief.exception(name: "inc-4711", expires: TestClock.start),
                ["kind=exception", "name=inc-4711", "expires=\(TestClock.start.rfc3339)"]
            ),
            (
                .lastKnownGood(since: TestClock.start),
                ["kind=lastKnownGood", "since=\(TestClock.start.rfc3339)", "ageSeconds="]
            ),
            (
                .alreadyAdmitted(since: TestClock.start, until: .latest),
                [
                    "kind=alreadyAdmitted", "since=\(TestClock.start.rfc3339)", "until=\(Instant.latest.rfc3339)",
                    "ageSeconds=",
                ]
            ),
        ])
    func relief(relief: Relief, members: [String]) throws {
        let long = Refusal(
            .signatureMissing, found: String(repeating: "x", count: DecisionRecord.maximumBytes),
            expected: "a signature")
        for outcome in [Finding.Outcome.violated(long), .notEvaluated, .passed(signers: []), refusal()] {
            let finding = Finding(
                policy: "p", check: "c", enforcement: .deny, outcome: outcome, message: nil, relief: relief)
            let image = JudgedImage(
                requested: RequestedImage(text: "app", kind: .main, path: "argument", container: nil), reference: nil,
                decision: ImageDecision(verdict: .allowed, findings: [finding], digest: nil, passedOver: []),
                evidence: [])
            let decision = Decision(
                id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", images: [image], mode: .enforce, policyRevision: .sha256(of: []),
                decidedAt: TestClock.start)
            let record = DecisionRecord(decision, of: .of("app"), by: instance)
            let json = try json(record.fits ? record.body : record.shortened(evidence: Digest.sha256(of: []).bytes))
            #expect(json["code"]?.string == "IMG01I")
            let told = try #require(
                json["images"]?.elements.first { _ in true }?["findings"]?.elements.first { _ in true })
            #expect(told["outcome"]?.string == outcome.word)
            #expect(told["relief"]?.members.map { "\($0.key)=\($0.value.string ?? "")" } == members)
        }
    }

    @Test("the record holds those labels of the namespace that policies ask for, and no others")
    func namespaceLabels() throws {
        func target(_ labels: Fact<NamespaceLabels>, _ prepare: (inout PolicyFiles) -> Void) throws -> JSONValue {
            var files = PolicyFiles()
            prepare(&files)
            let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
            let request = AdmissionRequest.of("registry.example.com/app:1", labels: labels)
            let decision = try #require(Gate(try files.load(), collector).decideWarm(request, at: TestClock.start))
            return try #require(json(DecisionRecord(decision, of: request, by: instance).body)["target"])
        }
        let labels: NamespaceLabels = ["team": "shop", "env": "production", "secret": "x", "a\"b": "c"]
        func asking(_ files: inout PolicyFiles) {
            files.policy(
                "one", match: "{namespaces: {labels: {env: test, tier: x}}}",
                checks: "trustedRegistries: [\"registry.example.com/$(namespace.labels.team)/**\"]")
        }
        let known = try target(.known(labels), asking)
        #expect(known["namespaceLabels"]?.members.map(\.key) == ["env", "team"])
        #expect(known["namespaceLabels"]?["team"]?.string == "shop")
        #expect(known["namespaceLabels"]?["env"]?.string == "production")
        #expect(known["namespaceLabelsUnknown"] == nil)
        #expect(try target(.known([:]), asking)["namespaceLabels"]?.count == 0)
        let unknown = try target(.unknown, asking)
        #expect(unknown["namespaceLabelsUnknown"]?.boolean == true && unknown["namespaceLabels"] == nil)
        let absent = try target(.absent, asking)
        #expect(absent["namespaceLabelsUnknown"] == nil && absent["namespaceLabels"] == nil)
        for labels in [Fact<NamespaceLabels>.known(labels), .unknown] {
            let nobody = try target(labels) { $0.policy("one", checks: "digest: required") }
            #expect(nobody["namespaceLabelsUnknown"] == nil && nobody["namespaceLabels"] == nil)
        }
    }

    @Test("a shortened record says how many labels it leaves out")
    func manyLabels() throws {
        let keys = (0..<500).map { String(repeating: "k", count: 50) + "\($0)" }.sorted()
        let labels = NamespaceLabels(keys.map { (key: $0, value: String(repeating: "v", count: 63)) })
        let decision = Decision(
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", images: [], mode: .enforce, policyRevision: .sha256(of: []),
            namespaceLabelKeys: keys, decidedAt: TestClock.start)
        let record = DecisionRecord(decision, of: .of("app", labels: .known(labels)), by: instance)
        #expect(!record.fits)
        #expect(try JSONDocument(parsing: record.document).root["target"]?["namespaceLabels"]?.count == 500)
        let target = try #require(try json(record.shortened(evidence: [UInt8](repeating: 1, count: 32)))["target"])
        #expect(target["namespaceLabels"]?.members.map(\.key) == Array(keys.prefix(8)))
        #expect(target["namespaceLabelsOmitted"]?.integer == 492)
    }

    @Test("the code of a record tells apart what happened")
    func codes() throws {
        let undetermined = Finding.Outcome.undetermined(
            Refusal(.registryUnavailable, found: "no answer", expected: "one"))
        let cases: [(Decision, String)] = [
            (decision([("a", [.passed(signers: [])])]), "IMG01I"),
            (decision([("a", [refusal()])]), "IMG02E"),
            (decision([("a", [refusal()])], mode: .observe), "IMG03W"),
            (decision([("a", [.passed(signers: [])])], mode: .observe), "IMG01I"),
            (decision([("a", [undetermined])]), "IMG05E"),
            (decision([("a", [undetermined]), ("b", [refusal()])]), "IMG02E"),
        ]
        for (decision, code) in cases {
            #expect(try json(DecisionRecord(decision, of: .of("a"), by: instance).body)["code"]?.string == code)
        }
    }

    @Test("who is in many groups is recorded with the number of those that are left out")
    func groups() throws {
        var origin = RequestOrigin(source: "test")
        origin.groups = (0..<100).map { "group-\($0)" }
        let json = try json(DecisionRecord(decision([]), of: .of("a", origin: origin), by: instance).body)
        #expect(json["actor"]?["groups"]?.count == 64)
        #expect(json["actor"]?["groupsOmitted"]?.integer == 36)
    }

    @Test(
        "a record that would be too long tells every image and counts the rest, whatever makes it long",
        arguments: [
            (256, 10, 100), (1, 500, 200), (256, 1, 1_000), (3, 1, 50_000), (256, 0, 500), (20, 30, 500),
        ])
    func shortened(images: Int, findings: Int, textBytes: Int) throws {
        let text = String(repeating: "x", count: textBytes)
        let outcomes = (0..<findings).map { $0 % 2 == 0 ? refusal(text) : Finding.Outcome.notEvaluated }
        let decision = decision((0..<images).map { ("image-\($0)-\(text)", outcomes) })
        let record = DecisionRecord(decision, of: .of("app"), by: instance)
        #expect(!record.fits)
        let body = record.shortened(evidence: [UInt8](repeating: 0xAB, count: 32))
        #expect(body.bytes.count <= DecisionRecord.maximumBytes)
        let json = try json(body)
        let recorded = json["images"].map { Array($0.elements) } ?? []
        #expect(recorded.count == images)
        for (index, image) in recorded.enumerated() {
            #expect(image["requested"]?.string?.hasPrefix("image-\(index)-x") == true)
            #expect(image["digest"]?.string == decision.images[index].decision.digest?.description)
            #expect(image["verdict"]?.string == (findings == 0 ? "allow" : "deny"))
        }
        let told = recorded.reduce(0) { $0 + ($1["findings"]?.count ?? 0) }
        #expect(json["shortened"]?["findingsOmitted"]?.integer == images * findings - told)
        #expect(json["shortened"]?["evidence"]?.string == "sha256:" + String(repeating: "ab", count: 32))
        #expect(json["decision"]?["allowed"]?.boolean == (findings == 0))
    }

    @Test("text that is all escapes, in every place, still gives a record that fits")
    func hostile() throws {
        let text = String(repeating: "\u{1}\"\\\u{7F}", count: 100)
        var origin = RequestOrigin(source: text)
        origin.uid = text
        origin.operation = text
        origin.user = text
        origin.userUID = text
        origin.groups = (0..<100).map { _ in text }
        (origin.group, origin.version, origin.kind, origin.subresource) = (text, text, text, text)
        (origin.namespace, origin.name) = (text, text)
        let decision = decision((0..<1_000).map { _ in (text, [refusal(text)]) })
        let record = DecisionRecord(decision, of: .of("app", origin: origin), by: instance)
        let body = record.shortened(evidence: [UInt8](repeating: 0, count: 32))
        #expect(body.bytes.count <= DecisionRecord.maximumBytes)
        #expect(!body.bytes.contains { $0 < 0x20 || $0 == 0x7F })
        let json = try json(body)
        let omitted = try #require(json["shortened"]?["imagesOmitted"]?.integer)
        #expect(omitted > 0)
        #expect(json["images"]?.count == 1_000 - omitted)
    }
}
