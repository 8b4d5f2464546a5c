@testable import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite struct ReliefTests {
    private let reliefs: [Relief] = [
        .exception(name: "e", expires: .latest), .lastKnownGood(since: .earliest),
        .alreadyAdmitted(since: .earliest, until: .latest),
    ]
    private static let refusal = Refusal(.tagDenied, found: "the tag `latest`", expected: "another")

    private func finding(
        _ outcome: Finding.Outcome = .violated(refusal), _ enforcement: Enforcement = .deny, relief: Relief? = nil
    ) -> Finding {
        Finding(
            policy: "p", check: "c", enforcement: enforcement, outcome: outcome, message: nil, relief: relief)
    }

    private func decision(_ findings: Finding...) -> ImageDecision {
        ImageDecision(verdict: .allowed, findings: findings, digest: nil, passedOver: [])
    }

    @Test("a finding that does not hold has the consequence of its enforcement", arguments: Enforcement.allCases)
    func consequence(enforcement: Enforcement) {
        for outcome in [Finding.Outcome.violated(Self.refusal), .undetermined(Self.refusal)] {
            #expect(finding(outcome, enforcement).consequence == enforcement)
        }
        for outcome in [Finding.Outcome.passed(signers: []), .notEvaluated] {
            #expect(finding(outcome, enforcement).consequence == nil)
        }
    }

    @Test("whatever relieves a finding takes its consequence and leaves its outcome")
    func relieved() {
        for relief in reliefs {
            let relieved = finding(relief: relief)
            #expect(relieved.consequence == nil && relieved.isRelieved)
            #expect(relieved.refusal == Self.refusal)
            #expect(decision(relieved).refusing.isEmpty && decision(relieved).warning.isEmpty)
        }
    }

    @Test("a relieved finding is something to tell, unless it holds anyway or only the record is told")
    func clean() {
        for relief in reliefs {
            #expect(!decision(finding(relief: relief)).isClean)
            #expect(finding(.notEvaluated, relief: relief).isRelieved)
            #expect(!decision(finding(.notEvaluated, relief: relief)).isClean)
            #expect(decision(finding(.passed(signers: []), relief: relief)).isClean)
            #expect(!finding(.violated(Self.refusal), .audit, relief: relief).isRelieved)
        }
        #expect(decision(finding(.notEvaluated)).isClean)
    }
}
