@testable import Admission
import Audit
import Foundation
import OCI
import PolicyEngine
import State
import StrictJSON
import Testing
import Timestamp
import Trust

/// `alreadyAdmitted: {warn: 14d}` from decision to decision, and to the answer and the record.
@Suite("An image that was admitted, and a world that moved on") struct AlreadyAdmittedTests {
    private let clock = TestClock()
    private let fortnight = Duration.seconds(14 * 86_400)
    private let scratch: Scratch
    private let pinned = "registry.example.com/team/app@\(Digest.sha256(of: Array("image".utf8)))"
    private let other = "registry.example.com/team/other@\(Digest.sha256(of: Array("other".utf8)))"

    init() throws { scratch = try Scratch() }

    /// Images of one registry come in while the moon waxes, which it does for an hour from the start on.
    private func policies(until full: Instant = TestClock.start + .seconds(3_600)) throws -> PolicySet {
        let here = SourcePosition(file: "p.yaml", line: 1, column: 1)
        func value(_ content: FieldValue.Content) -> FieldValue { FieldValue(content, at: here) }
        func object(_ name: String, _ content: FieldValue.Content) -> FieldValue {
            value(.object([(name: name, value: value(content))]))
        }
        let checks = value(
            .list([
                object("trustedRegistries", .list([value(.text("registry.example.com/**"))])),
                object("moon", .date(full)),
            ]))
        let policy = try ImagePolicy(
            name: "moonlit", specification: object("checks", checks.content),
            in: CheckContext(attestorNames: [], checks: BuiltInChecks.all + [MoonCheck.self]))
        return PolicySet(policies: [policy], revision: .sha256(of: []))
    }

    private var questions: Set<Digest> { get throws { try policies().rememberedQuestions(at: clock.now) } }

    private func gate(_ memory: GateMemory?, log: AuditLog? = nil, _ policies: PolicySet? = nil) throws -> Gate {
        let clock = clock
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { clock.now })
        return Gate(
            rules: GateRules(policies: try policies ?? self.policies()), collector: collector, memory: memory, log: log,
            instance: GateInstance(name: "gate", version: "1.2.3"))
    }

    private func dryRun(_ image: String) -> AdmissionRequest {
        var origin = RequestOrigin(source: "test")
        origin.isDryRun = true
        return .of(image, origin: origin)
    }

    @Test("it is let in for two weeks from its first failure, with a warning, an annotation and a record with its age")
    func moves() async throws {
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let gate = try gate(GateMemory(), log: log)
        let first = await gate.answer(.of(pinned), at: clock.now)
        #expect(first.isAllowed && first.warnings.isEmpty)
        clock.advance(by: .seconds(86_400))
        let since = clock.now
        #expect(await gate.answer(.of(pinned), at: clock.now).isAllowed)
        clock.advance(by: .seconds(7_200))
        let answer = await gate.answer(.of(pinned), at: clock.now)
        #expect(answer.isAllowed)
        let until = since + fortnight
        let told =
            "admitted before, a warning until \(until.rfc3339InSeconds), failing since \(since.rfc3339InSeconds), 2h ago"
        #expect(
            answer.warnings == [
                "\(told): policy moonlit, check moon [tag-denied] \(pinned): found a waning moon"
            ])
        #expect(answer.auditAnnotations.first { $0.key == "relief" }?.value == told)
        #expect(await !gate.answer(.of(other), at: clock.now).isAllowed)
        clock.advance(by: until - clock.now - .seconds(1))
        #expect(gate.decideWarm(.of(pinned), at: clock.now)?.isAllowed == true)
        clock.advance(by: .seconds(1))
        #expect(gate.decideWarm(.of(pinned), at: clock.now)?.isAllowed == false)
        log.close()
        let record = try #require(try AuditReader(directory: scratch.path + "/log").record(sequence: 2)?.json)
        let findings = record["images"].map { Array($0.elements) }?.first?["findings"]
        let finding = try #require(findings.map { Array($0.elements) }?.last)
        #expect(finding["outcome"]?.string == "violated")
        #expect(finding["relief"]?["kind"]?.string == "alreadyAdmitted")
        #expect(finding["relief"]?["since"]?.string == since.rfc3339)
        #expect(finding["relief"]?["until"]?.string == until.rfc3339)
        #expect(finding["relief"]?["ageSeconds"]?.integer == 7_200)
    }

    @Test("without a memory, in another namespace, and beside an image that was refused, nothing was admitted")
    func refused() async throws {
        let memory = GateMemory()
        for gate in [try gate(nil), try gate(memory)] {
            _ = await gate.decide(.of(pinned, "elsewhere.example.com/app:1"), at: TestClock.start)
            _ = await gate.decide(.of(pinned, namespace: .known("other")), at: TestClock.start)
            #expect(await !gate.decide(.of(pinned), at: TestClock.start + .seconds(86_400)).isAllowed)
        }
        let moved = TestClock.start + .seconds(86_400)
        #expect(try await gate(memory).decide(.of(pinned, namespace: .known("other")), at: moved).isAllowed)
    }

    @Test("a dry run admits nothing, and begins no time")
    func dryRuns() async throws {
        let gate = try gate(GateMemory())
        let moved = TestClock.start + .seconds(86_400)
        #expect(await gate.decide(dryRun(pinned), at: TestClock.start).isAllowed)
        #expect(await !gate.decide(.of(pinned), at: moved).isAllowed)
        #expect(await gate.decide(.of(pinned), at: TestClock.start).isAllowed)
        #expect(await gate.decide(dryRun(pinned), at: moved).isAllowed)
        let later = moved + fortnight
        #expect(await gate.decide(.of(pinned), at: later).isAllowed)
        #expect(await gate.decide(dryRun(pinned), at: later + fortnight - .seconds(1)).isAllowed)
        #expect(await !gate.decide(dryRun(pinned), at: later + fortnight).isAllowed)
    }

    @Test("a restart begins no time anew, and knows what was admitted; a memory that is lost refuses")
    func restart() async throws {
        let state = try StateDirectory.open(scratch.path + "/state")
        let memory = GateMemory()
        let results = RememberedResults(memory, in: state, asking: try questions, at: clock.now) { _ in }
        let first = try gate(memory)
        #expect(await first.decide(.of(pinned, other), at: clock.now).isAllowed)
        let failing = TestClock.start + .seconds(86_400)
        #expect(await first.decide(.of(pinned), at: failing).isAllowed)
        try results.keep(at: failing)
        func afterRestart(_ image: String, at now: Instant) async throws -> Bool {
            let restored = GateMemory()
            _ = RememberedResults(restored, in: state, asking: try questions, at: now) { _ in }
            return try await gate(restored).decide(.of(image), at: now).isAllowed
        }
        #expect(try await afterRestart(pinned, at: failing + fortnight - .seconds(1)))
        #expect(try await !afterRestart(pinned, at: failing + fortnight))
        #expect(try await afterRestart(other, at: failing + fortnight))
        try FileManager.default.removeItem(atPath: scratch.path + "/state/remembered-results")
        #expect(try await !afterRestart(other, at: failing))
    }

    @Test("what the log did not take was refused, and so was not admitted")
    func notRecorded() async throws {
        let moved = TestClock.start + .seconds(86_400)
        for isTaken in [false, true] {
            let log = try AuditLog.open(directory: scratch.path + "/log-\(isTaken)")
            defer { log.close() }
            if !isTaken { log.close() }
            let gate = try gate(GateMemory(), log: log)
            #expect(await gate.answer(.of(pinned), at: TestClock.start).isAllowed == isTaken)
            #expect(await gate.decide(.of(pinned), at: moved).isAllowed == isTaken)
        }
    }

    @Test(
        "under a check that says something else nothing was admitted yet, and what nobody asked meanwhile is forgotten")
    func otherCheck() async throws {
        let gate = try gate(GateMemory())
        #expect(await gate.decide(.of(pinned), at: TestClock.start).isAllowed)
        let moved = TestClock.start + .seconds(86_400)
        gate.use(try policies(until: TestClock.start + .seconds(7_200)), at: moved)
        #expect(await !gate.decide(.of(pinned), at: moved).isAllowed)
        gate.use(try policies(), at: moved)
        #expect(await !gate.decide(.of(pinned), at: moved).isAllowed)
    }
}

/// Passes until full moon.
private struct MoonCheck: Check {
    static let word = "moon"
    static let summary = "the moon waxes"
    static let type = FieldType.date
    static let needsOnlyReference = false
    static let vouches = false
    static let movesWithTime = true

    private let full: Instant

    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) { full = value.date ?? .earliest }

    var explanation: String { "be seen by a waxing moon" }

    func judge(_ image: CheckSubject) -> CheckOutcome {
        guard image.now < full else {
            return .violated(Refusal(.tagDenied, found: "a waning moon", expected: "a waxing one"))
        }
        return .passed([])
    }
}
