import OCI
import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite struct SignatureCheckTests {
    private let image = "registry.example.com/app@\(PolicyFixture.digest("image"))"
    private let ci = AttestorReference(index: 2, name: "ci-key")

    private func decide(
        _ signature: FieldValue, _ outcomes: [AttestorReference: VerificationOutcome],
        at now: Instant = PolicyFixture.now
    ) throws -> ImageDecision {
        let policy = try PolicyFixture.policy("signed", ["checks": [["signature": signature]]])
        return try PolicyFixture.decide(image, by: [policy], with: StatedEvidence(outcomes: outcomes), at: now)
    }

    @Test("by: the attestor's signature lets the image in, and its absence does not")
    func by() throws {
        let passed = try decide(["by": "release-key"], [PolicyFixture.release: .passed(signers: [.key("a")])])
        #expect(passed.verdict == .allowed)
        #expect(passed.findings.first?.outcome == .passed(signers: [.key("a")]))
        #expect(
            try decide(["by": "release-key"], [PolicyFixture.release: .missing]).verdict == .refused(.signatureMissing))
        let undetermined = try decide(["by": "release-key"], [PolicyFixture.release: .unreachable])
        #expect(undetermined.verdict == .refused(.registryUnavailable) && undetermined.isUndetermined)
    }

    @Test("anyOf: one of them is enough")
    func anyOf() throws {
        let demand: FieldValue = ["anyOf": ["release-key", "team-key"]]
        #expect(
            try decide(demand, [PolicyFixture.release: .missing, PolicyFixture.team: .passed(signers: [.key("b")])])
                .isAllowed)
        #expect(try !decide(demand, [PolicyFixture.release: .missing, PolicyFixture.team: .missing]).isAllowed)
        #expect(try decide(demand, [PolicyFixture.release: .missing, PolicyFixture.team: .unreachable]).isUndetermined)
    }

    @Test("allOf: each of them, by keys that differ")
    func allOf() throws {
        let demand: FieldValue = ["allOf": ["release-key", "team-key"]]
        func decision(_ first: VerificationOutcome, _ second: VerificationOutcome) throws -> ImageDecision {
            try decide(demand, [PolicyFixture.release: first, PolicyFixture.team: second])
        }
        #expect(try decision(.passed(signers: [.key("a")]), .passed(signers: [.key("b")])).isAllowed)
        #expect(try !decision(.passed(signers: [.key("a")]), .missing).isAllowed)
        #expect(
            try decision(.passed(signers: [.key("a")]), .passed(signers: [.key("a")])).verdict
                == .refused(.tooFewSigners))
        #expect(try decision(.passed(signers: [.key("a")]), .passed(signers: [.key("a"), .key("b")])).isAllowed)
        #expect(try decision(.passed(signers: [.key("a")]), .unreachable).isUndetermined)
        #expect(try !decision(.missing, .unreachable).isUndetermined)
    }

    @Test("atLeast: a key under two names counts once")
    func atLeast() throws {
        let demand: FieldValue = ["atLeast": 2, "of": ["release-key", "team-key", "ci-key"]]
        func isAllowed(_ outcomes: [VerificationOutcome]) throws -> Bool {
            try decide(
                demand, [PolicyFixture.release: outcomes[0], PolicyFixture.team: outcomes[1], ci: outcomes[2]]
            ).isAllowed
        }
        let a = VerificationOutcome.passed(signers: [.key("a")])
        let b = VerificationOutcome.passed(signers: [.key("b")])
        let both = VerificationOutcome.passed(signers: [.key("a"), .key("b")])
        #expect(try isAllowed([a, b, .missing]))
        #expect(try isAllowed([a, both, .missing]))
        #expect(try isAllowed([both, a, .missing]))
        #expect(try !isAllowed([a, a, a]))
        #expect(try !isAllowed([both, .missing, .missing]))
        #expect(try !isAllowed([a, .missing, .missing]))
    }

    @Test("an entry counts before its until, and from that moment on it does not")
    func until() throws {
        let demand: FieldValue = [
            "anyOf": [["by": "release-key", "until": .date(PolicyFixture.now + .seconds(1))], "team-key"]
        ]
        let outcomes: [AttestorReference: VerificationOutcome] = [
            PolicyFixture.release: .passed(signers: [.key("a")]), PolicyFixture.team: .missing,
        ]
        #expect(try decide(demand, outcomes).isAllowed)
        #expect(try !decide(demand, outcomes, at: PolicyFixture.now + .seconds(1)).isAllowed)
    }

    @Test("what cannot be meant is refused at load")
    func mistakes() {
        func refusal(_ signature: FieldValue) -> String? {
            do {
                _ = try PolicyFixture.policy("p", ["checks": [["signature": signature]]])
                return nil
            } catch {
                return (error as? FieldProblems)?.problems.first?.message
            }
        }
        #expect(refusal(["by": "relase-key"]) == "there is no Attestor named `relase-key`, did you mean `release-key`?")
        #expect(refusal(["anyOf": ["release-key", "release-key"]]) == "`release-key` is listed twice")
        #expect(refusal(["atLeast": 3, "of": ["release-key", "team-key"]]) == "`atLeast: 3` of 2 can never hold")
    }
}
