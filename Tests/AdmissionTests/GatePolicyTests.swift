@testable import Admission
import Audit
import OCI
import PolicyEngine
import StrictJSON
import Testing
import Timestamp
import Trust

@Suite("The policies in force")
struct GatePolicyTests {
    /// - Parameter resolves: whether the registry is asked what a tag stands for.
    private func trusting(_ pattern: String, resolves: Bool = false) throws -> PolicySet {
        var files = PolicyFiles()
        files.policy("sources", checks: "trustedRegistries: [\"\(pattern)\"]")
        if resolves {
            files.policy(
                "recalled", match: "{digests: [\"\(Digest.sha256(of: []))\"]}", checks: "forbid: {because: a test}")
        }
        return try files.load()
    }

    private let image = "registry.example.com/team/app:1"

    @Test("a decision after the exchange is by the new policies, and names their revision")
    func exchange() async throws {
        let first = try trusting("registry.example.com/**")
        let second = try trusting("elsewhere.example.com/**")
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
        let gate = Gate(first, collector)
        let before = try #require(gate.decideWarm(.of(image), at: TestClock.start))
        #expect(before.isAllowed && before.policyRevision == first.revision)
        gate.use(second, at: TestClock.start)
        #expect(gate.policyRevision == second.revision)
        let warm = try #require(gate.decideWarm(.of(image), at: TestClock.start))
        #expect(warm.verdicts == [.refused(.sourceUntrusted)] && warm.policyRevision == second.revision)
        let cold = await gate.decide(.of(image), at: TestClock.start)
        #expect(cold.verdicts == warm.verdicts && cold.policyRevision == second.revision)
        #expect(
            gate.refuse(because: Refusal(.requestInvalid, found: "", expected: ""), at: TestClock.start)
                .policyRevision == second.revision)
    }

    @Test("a decision that waits for a registry ends by the policies that it began with")
    func decisionUnderWay() async throws {
        let first = try trusting("registry.example.com/**", resolves: true)
        let source = ScriptedSource()
        let repository = try Repository(parsing: "registry.example.com/team/app")
        source.tag("1", of: repository, as: "content")
        source.holdUp(true)
        let collector = EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start })
        let gate = Gate(first, collector)
        let request = AdmissionRequest.of(image)
        async let decision = gate.decide(request, at: TestClock.start)
        #expect(await eventually { !source.asked.isEmpty })
        let second = try trusting("elsewhere.example.com/**")
        gate.use(second, at: TestClock.start)
        source.holdUp(false)
        let ended = await decision
        #expect(ended.isAllowed && ended.policyRevision == first.revision)
        #expect(await !gate.decide(request, at: TestClock.start).isAllowed)
    }

    @Test("exchanged under decisions on many threads, every decision is by one set as a whole")
    func races() async throws {
        let sets = try [trusting("registry.example.com/**"), trusting("elsewhere.example.com/**")]
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
        let gate = Gate(sets[0], collector)
        let request = AdmissionRequest.of(image, "elsewhere.example.com/app:1")
        let mixed = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for round in 0..<2_000 { gate.use(sets[round % 2], at: TestClock.start) }
                return 0
            }
            for _ in 0..<3 {
                group.addTask {
                    (0..<1_000).count { _ in
                        guard let decision = gate.decideWarm(request, at: TestClock.start) else { return true }
                        let isFirst = decision.policyRevision == sets[0].revision
                        return decision.images.map(\.decision.isAllowed) != [isFirst, !isFirst]
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(mixed == 0)
    }

    @Test(
        "of thousands of decisions under exchange none fails, and each record's findings are those of the set that it names"
    )
    func recordsDuringReload() async throws {
        let scratch = try Scratch()
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let sets = try ["first", "second", "third"].map { name in
            var files = PolicyFiles()
            files.policy("\(name)-sources", checks: "trustedRegistries: [\"registry.example.com/**\"]")
            files.policy("\(name)-tags", checks: "tags: {deny: [\(name)]}")
            return try files.load()
        }
        let source = ScriptedSource()
        let collector = EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start })
        let gate = Gate(sets[0], collector, log: log)
        let request = AdmissionRequest.of(image, "registry.example.com/team/other:2")
        let answers = await withTaskGroup(of: [Answer].self) { group in
            group.addTask {
                for round in 0..<4_000 {
                    gate.use(sets[round % 3], at: TestClock.start)
                    await Task.yield()
                }
                return []
            }
            for _ in 0..<24 {
                group.addTask {
                    var answers: [Answer] = []
                    for round in 0..<100 {
                        if round % 2 == 0, let decision = gate.decideWarm(request, at: TestClock.start) {
                            answers.append(await gate.record(decision, of: request))
                        } else {
                            answers.append(await gate.answer(request, at: TestClock.start))
                        }
                    }
                    return answers
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        log.close()
        #expect(answers.count == 2_400)
        #expect(answers.allSatisfy { $0.isAllowed && $0.isRecorded })
        let names = Dictionary(
            uniqueKeysWithValues: sets.map { ($0.revision.description, Set($0.policies.map(\.name))) })
        #expect(names.count == 3)
        let recorded = try decisions(in: scratch.path + "/log")
        #expect(recorded.count == 2_400)
        for (id, revision, policies) in recorded { #expect(policies == names[revision], "\(id)") }
        let told = answers.map { answer in
            [answer.recordID] + answer.auditAnnotations.filter { $0.key == "policy-revision" }.map(\.value)
        }
        #expect(Set(told) == Set(recorded.map { [$0.id, $0.revision] }))
    }

    /// The id of each record, the set that it names, and the policies of all its findings.
    private func decisions(in log: String) throws -> [(id: String, revision: String, policies: Set<String>)] {
        var cursor = try AuditReader(directory: log).records(.oldestFirst)
        var decisions: [(id: String, revision: String, policies: Set<String>)] = []
        while let record = try cursor.next() {
            let findings = record.json["images"].map { $0.elements.compactMap { $0["findings"] } } ?? []
            let policies = findings.flatMap { $0.elements.compactMap { $0["policy"]?.string } }
            decisions.append((record.id ?? "", record.json["policy"]?["set"]?.string ?? "", Set(policies)))
        }
        return decisions
    }

    // MARK: - The record

    private func records(_ events: [PolicyEvent]) async throws -> [JSONValue] {
        let scratch = try Scratch()
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
        let gate = Gate(try trusting("registry.example.com/**"), collector, log: log)
        for event in events {
            let error = await withCheckedContinuation { continuation in
                gate.record(event, at: TestClock.start, on: ImmediateExecutor()) { continuation.resume(returning: $0) }
            }
            #expect(error == nil)
        }
        log.close()
        #expect(AuditVerification.verify(directory: scratch.path + "/log").faults.isEmpty)
        var cursor = try AuditReader(directory: scratch.path + "/log").records(.oldestFirst)
        var records: [JSONValue] = []
        while let record = try cursor.next() { records.append(record.json) }
        return records
    }

    @Test("P01: an exchange and a failed one are records, with the set that is in force and what was wrong")
    func record() async throws {
        let (old, new) = (Digest.sha256(of: [1]), Digest.sha256(of: [2]))
        let records = try await records([
            .exchanged(from: old, to: new),
            .kept(new, because: ["a.yaml:1:1: error: \u{1B}[31m", "b.yaml:2:2: error"]),
        ])
        try #require(records.count == 2)
        #expect(
            records[0].members.map(\.key) == [
                "v", "seq", "prev", "id", "code", "event", "class", "time", "source", "policy",
            ])
        #expect(records[0]["code"]?.string == "POL01I")
        #expect(records[0]["class"]?.string == "policy")
        #expect(records[0]["policy"]?["set"]?.string == new.description)
        #expect(records[0]["policy"]?["previous"]?.string == old.description)
        #expect(records[1]["code"]?.string == "POL02E")
        #expect(records[1]["policy"]?["set"]?.string == new.description)
        #expect(
            records[1]["problems"].map { $0.elements.compactMap(\.string) } == [
                "a.yaml:1:1: error: \\u{1b}[31m", "b.yaml:2:2: error",
            ])
        #expect(records[1]["problemsOmitted"] == nil)
    }

    @Test("a start with the last good set is a record, with the set, when it was saved, and what was wrong")
    func restoredRecord() async throws {
        let set = Digest.sha256(of: [1])
        let saved = TestClock.start - .seconds(3_600)
        let records = try await records([.restored(set, savedAt: saved, because: ["a.yaml:1:1: error: this"])])
        let record = try #require(records.first)
        #expect(record["code"]?.string == "POL03E" && record["event"]?.string == "policy.restore")
        #expect(record["policy"]?["set"]?.string == set.description)
        #expect(record["policy"]?["saved"]?.string == saved.rfc3339)
        #expect(record["policy"]?["previous"] == nil)
        #expect(record["problems"].map { $0.elements.compactMap(\.string) } == ["a.yaml:1:1: error: this"])
    }

    @Test("any number of problems of any length fits into a record")
    func manyProblems() async throws {
        let problems = [String](repeating: String(repeating: "\"\\\u{2028}é", count: 10_000), count: 5_000)
        let records = try await records([.kept(Digest.sha256(of: []), because: problems)])
        #expect(records.first?["problems"]?.count == 20)
        #expect(records.first?["problemsOmitted"]?.integer == 4_980)
    }
}
