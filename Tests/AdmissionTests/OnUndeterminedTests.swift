@testable import Admission
import Audit
import Cryptography
import Foundation
import OCI
import PolicyEngine
import State
import StrictJSON
import TestSupport
import Testing
import Timestamp
import Trust

/// `onUndetermined: {lastKnownGood: {for: 24h}}` from the registry to the answer and the record.
@Suite("A registry that is away, and what was known of an image before") struct OnUndeterminedTests {
    private let clock = TestClock()
    private let repository: Repository
    private let digest = Digest.sha256(of: Array("image".utf8))
    private let scratch: Scratch

    init() throws {
        repository = try Repository(parsing: "registry.example.com/team/app")
        scratch = try Scratch()
    }

    private var pinned: String { "\(repository)@\(digest)" }
    private var signature: Locator {
        PresenceAttestor.locator(Subject(repository: repository, digest: digest), "release")
    }

    private let down = Fetched.undetermined(
        Refusal(.registryUnavailable, found: "no answer", expected: "an answer"))
    private let there = Fetched.found(
        Fetched.Content(bytes: [1], digest: .sha256(of: [1]), mediaType: nil))

    private func policies(_ period: Duration? = .seconds(86_400), text: String = "text") throws -> PolicySet {
        let names = CheckContext(attestorNames: ["release"])
        let by = FieldValue(
            .object([
                (
                    name: "by",
                    value: FieldValue(.text("release"), at: SourcePosition(file: "p.yaml", line: 1, column: 1))
                )
            ]), at: SourcePosition(file: "p.yaml", line: 1, column: 1))
        let check = PolicyCheck(
            check: try SignatureCheck(by, in: names),
            onUndetermined: period.map { .lastKnownGood(within: $0, text: .sha256(of: Array(text.utf8))) } ?? .deny)
        return PolicySet(
            policies: [ImagePolicy(name: "signed", checks: [check])], attestors: [PresenceAttestor(name: "release")],
            revision: .sha256(of: []))
    }

    private var questions: Set<Digest> { get throws { try policies().rememberedQuestions(at: clock.now) } }

    private func gate(
        _ policies: PolicySet, _ source: ScriptedSource, memory: GateMemory?, log: AuditLog? = nil
    ) -> Gate {
        let clock = clock
        let collector = EvidenceCollector(source: source, keeper: nil, clock: { clock.now })
        return Gate(
            rules: GateRules(policies: policies), collector: collector, memory: memory, log: log,
            instance: GateInstance(name: "gate", version: "1.2.3"))
    }

    /// Evidence is looked for anew.
    private func later(_ duration: Duration = .seconds(3_600)) { clock.advance(by: duration) }

    @Test(
        "signed once, it is let in while the registry is away, with a warning, an annotation and a record that say how old that is"
    )
    func away() async throws {
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let source = ScriptedSource()
        source.set(there, for: signature)
        let gate = gate(try policies(), source, memory: GateMemory(), log: log)
        let first = await gate.answer(.of(pinned), at: clock.now)
        #expect(first.isAllowed && first.warnings.isEmpty)
        let since = clock.now
        later(.seconds(7_200))
        source.set(down, for: signature)
        let answer = await gate.answer(.of(pinned), at: clock.now)
        #expect(answer.isAllowed)
        let told = "last known good at \(since.rfc3339InSeconds), 2h ago"
        #expect(
            answer.warnings == [
                "\(told): policy signed, check signature [registry-unavailable] \(pinned): found no answer"
            ])
        #expect(answer.auditAnnotations.first { $0.key == "relief" }?.value == told)
        // The next one is decided with what is known, and alike.
        let warm = try #require(gate.decideWarm(.of(pinned), at: clock.now))
        #expect(warm.isAllowed)
        later(.seconds(86_400))
        #expect(await !gate.answer(.of(pinned), at: clock.now).isAllowed)
        log.close()
        let record = try #require(try AuditReader(directory: scratch.path + "/log").record(sequence: 1)?.json)
        let findings = record["images"].map { Array($0.elements) }?.first?["findings"]
        let finding = try #require(findings.map { Array($0.elements) }?.first)
        #expect(finding["outcome"]?.string == "undetermined")
        #expect(finding["relief"]?["kind"]?.string == "lastKnownGood")
        #expect(finding["relief"]?["since"]?.string == since.rfc3339)
        #expect(finding["relief"]?["ageSeconds"]?.integer == 7_200)
        #expect(record["code"]?.string == "IMG01I")
    }

    @Test("without a memory, without the setting, for a tag, and for an image that was never signed, it is refused")
    func refused() async throws {
        for (policies, memory) in [(try policies(), nil), (try policies(nil), GateMemory())] {
            let source = ScriptedSource()
            source.set(there, for: signature)
            let gate = gate(policies, source, memory: memory)
            #expect(await gate.decide(.of(pinned), at: clock.now).isAllowed)
            later()
            source.set(down, for: signature)
            #expect(await !gate.decide(.of(pinned), at: clock.now).isAllowed)
        }
        let source = ScriptedSource()
        let tagged = source.tag("1", of: repository, as: "tagged")
        let signature = PresenceAttestor.locator(Subject(repository: repository, digest: tagged), "release")
        source.set(there, for: signature)
        let gate = gate(try policies(), source, memory: GateMemory())
        #expect(await gate.decide(.of("\(repository):1"), at: clock.now).isAllowed)
        later()
        source.set(down, for: signature)
        #expect(await !gate.decide(.of("\(repository):1"), at: clock.now).isAllowed)
        #expect(await gate.decide(.of("\(repository)@\(tagged)"), at: clock.now).isAllowed)
        source.set(down, for: self.signature)
        #expect(await !gate.decide(.of(pinned), at: clock.now).isAllowed)
    }

    @Test("a signature that was withdrawn ends it, also across a restart")
    func withdrawn() async throws {
        let source = ScriptedSource()
        let state = try StateDirectory.open(scratch.path + "/state")
        let memory = GateMemory()
        let results = RememberedResults(memory, in: state, asking: try questions, at: clock.now) { _ in }
        let first = gate(try policies(), source, memory: memory)
        source.set(there, for: signature)
        #expect(await first.decide(.of(pinned), at: clock.now).isAllowed)
        try results.keep(at: clock.now)
        later()
        source.set(.absent, for: signature)
        #expect(await !first.decide(.of(pinned), at: clock.now).isAllowed)
        later()
        source.set(down, for: signature)
        #expect(await !first.decide(.of(pinned), at: clock.now).isAllowed)
        try results.keep(at: clock.now)
        let restored = GateMemory()
        _ = RememberedResults(restored, in: state, asking: try questions, at: clock.now) { _ in }
        let second = gate(try policies(), source, memory: restored)
        #expect(await !second.decide(.of(pinned), at: clock.now).isAllowed)
    }

    @Test(
        "after a restart it is still known, for the check that it was and for no other, whatever else the policies say")
    func restart() async throws {
        let source = ScriptedSource()
        let state = try StateDirectory.open(scratch.path + "/state")
        let memory = GateMemory()
        let results = RememberedResults(memory, in: state, asking: try questions, at: clock.now) { _ in }
        source.set(there, for: signature)
        #expect(await gate(try policies(), source, memory: memory).decide(.of(pinned), at: clock.now).isAllowed)
        try results.keep(at: clock.now)
        later()
        source.set(down, for: signature)
        let restored = GateMemory()
        _ = RememberedResults(restored, in: state, asking: try questions, at: clock.now) { _ in }
        for (set, isAllowed) in [(try policies(), true), (try policies(text: "other"), false)] {
            let decision = await gate(set, source, memory: restored).decide(.of(pinned), at: clock.now)
            #expect(decision.isAllowed == isAllowed)
        }
    }

    @Test("what was violated while no check remembered it does not come back with the setting, nor after a restart")
    func violatedUnnoticed() async throws {
        let source = ScriptedSource()
        let gate = gate(try policies(), source, memory: GateMemory())
        source.set(there, for: signature)
        #expect(await gate.decide(.of(pinned), at: clock.now).isAllowed)
        for other in [try policies(nil), try policies(text: "other")] {
            gate.use(other, at: clock.now)
            later()
            source.set(.absent, for: signature)
            #expect(await !gate.decide(.of(pinned), at: clock.now).isAllowed)
            gate.use(try policies(), at: clock.now)
            later()
            source.set(down, for: signature)
            #expect(await !gate.decide(.of(pinned), at: clock.now).isAllowed)
            later()
            source.set(there, for: signature)
            #expect(await gate.decide(.of(pinned), at: clock.now).isAllowed)
        }
    }

    @Test("exchanged policies take what is remembered with them if the check is the same")
    func exchange() async throws {
        let source = ScriptedSource()
        source.set(there, for: signature)
        let gate = gate(try policies(), source, memory: GateMemory())
        #expect(await gate.decide(.of(pinned), at: clock.now).isAllowed)
        later()
        source.set(down, for: signature)
        gate.use(try policies(.seconds(3_000)), at: clock.now)
        #expect(await !gate.decide(.of(pinned), at: clock.now).isAllowed)
        gate.use(try policies(.seconds(4_000)), at: clock.now)
        #expect(await gate.decide(.of(pinned), at: clock.now).isAllowed)
    }
}
