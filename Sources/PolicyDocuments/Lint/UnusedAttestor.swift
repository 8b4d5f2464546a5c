import OCI
import PolicyEngine
import Timestamp
import Trust

/// An attestor that no check asks, however much it looks as if it were believed.
enum UnusedAttestor: LintRule {
    static let code = "unused-attestor"
    static let summary = "no check asks an Attestor, so that what it signs is judged like anything unsigned"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        let checks = policies.policies.flatMap(\.policy.checks)
        let asked = Set(checks.flatMap { $0.check.attestors(at: .earliest) }.map(\.index))
        return policies.loaded.writtenAttestors.enumerated().compactMap { index, written in
            guard !asked.contains(index), let probe = Probe(Examples.ordinary) else { return nil }
            var signed = probe
            signed.signers = policies.probed.signers[index]
            // Its key may be believed under another name.
            guard let decision = policies.decide(signed), let unsigned = policies.decide(probe),
                decision.verdict == unsigned.verdict
            else { return nil }
            return Diagnostic(
                .warning,
                "no check asks this Attestor: `\(probe.reference.original)`, signed by it alone, is judged as if it were "
                    + "not signed", at: written.position, code: code)
        }
    }
}
