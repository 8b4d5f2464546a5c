@testable import Admission
import Audit
import PolicyEngine
import StrictJSON
import Testing
import Timestamp
import Trust

@Suite("Exceptions at the gate")
struct PolicyExceptionTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func policies() throws -> PolicySet {
        let start = TestClock.start.rfc3339, end = (TestClock.start + .seconds(60)).rfc3339
        var files = PolicyFiles()
        files.policy(
            "production", checks: "trustedRegistries: [\"registry.example.com/**\"]", "tags: {deny: [latest]}")
        files.exception(
            "inc-4711", lifting: "tags", of: "production",
            "images: [registry.example.com/pay/app], namespaces: [shop], from: \(start), expires: \(end)")
        return try files.load()
    }

    @Test("who is let in by one is told so with its end, and so are the caller's log and ours")
    func named() async throws {
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
        let gate = Gate(try policies(), collector, log: log)
        let answer = await gate.answer(
            .of("registry.example.com/pay/app", "registry.example.com/pay/job:1"), at: TestClock.start)
        log.close()
        let end = (TestClock.start + .seconds(60))
        #expect(answer.isAllowed)
        #expect(
            answer.warnings == [
                "exception inc-4711 until \(end.rfc3339InSeconds): policy production, check tags [tag-denied] "
                    + "registry.example.com/pay/app: found the tag `latest`"
            ])
        #expect(
            answer.auditAnnotations.first { $0.key == "relief" }?.value
                == "exception inc-4711 until \(end.rfc3339InSeconds)")
        let record = try #require(try AuditReader(directory: scratch.path + "/log").record(id: answer.recordID)).json
        #expect(record["code"]?.string == "IMG01I")
        let findings = record["images"]?.elements.first { _ in true }?["findings"]?.elements.map { $0 } ?? []
        let lifted = try #require(findings.first { $0["check"]?.string == "tags" })
        #expect(lifted["outcome"]?.string == "violated" && lifted["reason"]?.string == "tag-denied")
        #expect(
            lifted["relief"]?.members.map { "\($0.key)=\($0.value.string ?? "")" }
                == ["kind=exception", "name=inc-4711", "expires=\(end.rfc3339)"])
        #expect(findings.first { $0["check"]?.string == "trustedRegistries" }?["relief"] == nil)
    }

    @Test("its time is that of the decision, warm as cold, and its namespace that of the request")
    func time() async throws {
        let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
        let gate = Gate(try policies(), collector)
        for (moment, isAllowed) in [(Duration.zero, true), (.seconds(59), true), (.seconds(60), false)] {
            let request = AdmissionRequest.of("registry.example.com/pay/app")
            let now = TestClock.start + moment
            #expect(gate.decideWarm(request, at: now)?.isAllowed == isAllowed)
            #expect(await gate.decide(request, at: now).isAllowed == isAllowed)
        }
        for namespace in [Fact<String>.known("other"), .unknown, .absent] {
            let request = AdmissionRequest.of("registry.example.com/pay/app", namespace: namespace)
            #expect(gate.decideWarm(request, at: TestClock.start)?.isAllowed == false)
        }
    }
}
