import OCI
import Testing
import Trust

@testable import dockgate

@Suite("Attestations of one type")
struct ImageVerdictTests {
    private let unseen = Refusal(.registryUnavailable, found: "no answer", expected: "one")

    private func attestation(_ type: String) -> VerifiedSignature {
        VerifiedSignature(by: .key(fingerprint: [1]), statement: VerifiedStatement(predicateType: type))
    }

    @Test("those of the type count, compared as bytes, and the others do not")
    func keeps() {
        let (wanted, other) = (attestation("https://a.example/caf\u{e9}"), attestation("https://a.example/cafe\u{301}"))
        let kept = VerificationOutcome.passed([other, wanted], unseen: unseen).keeping("https://a.example/caf\u{e9}")
        #expect(kept == .passed([wanted], unseen: unseen))
    }

    @Test("without one of the type it is missing, or open if one could not be looked at")
    func misses() {
        let others = VerificationOutcome.passed([attestation("a:b"), attestation("a:b"), attestation("a:c")])
        guard case .violated(let refusal) = others.keeping("a:d") else {
            Issue.record("not violated")
            return
        }
        #expect(refusal.reason == .attestationMissing)
        #expect(refusal.found == "only attestations of `a:b`, `a:c`")
        let open = VerificationOutcome.passed([attestation("a:b")], unseen: unseen).keeping("a:d")
        #expect(open == .undetermined(unseen))
        #expect(VerificationOutcome.undetermined(unseen).keeping("a:d") == .undetermined(unseen))
    }
}
