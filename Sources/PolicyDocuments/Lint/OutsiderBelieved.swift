import OCI
import PolicyEngine
import Timestamp
import Trust

/// An attestor believes somebody whom nobody can have meant.
enum OutsiderBelieved: LintRule {
    static let code = "outsider-believed"
    static let summary = "an Attestor believes a signer that anybody can become"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.loaded.writtenAttestors.enumerated().compactMap { index, written in
            guard let outsider = written.value.outsider, let probe = decided(by: index, written, policies) else {
                return nil
            }
            return Diagnostic(
                .warning,
                "this believes \(outsider), too, whom anybody can become: `\(probe.reference.original)` is let in by what "
                    + "this Attestor believes; write whose repositories or addresses they are", at: written.position,
                code: code)
        }
    }

    /// An image that comes in with the signature of this attestor and not without it.
    private static func decided(
        by index: Int, _ attestor: Written<any Attestor>, _ policies: LintedPolicies
    ) -> Probe? {
        let own = policies.probed.signers[index]
        for written in policies.policies
        where written.policy.checks.contains(where: { $0.names(attestor.name, at: policies.now) }) {
            for probe in policies.examples(for: written) {
                // Alone, or with all others.
                for others in [[], policies.probed.everybody.subtracting(own)] {
                    if isAdmitted(probe, signedBy: others.union(own), policies),
                        !isAdmitted(probe, signedBy: others, policies)
                    {
                        return probe
                    }
                }
            }
        }
        return nil
    }

    private static func isAdmitted(_ probe: Probe, signedBy signers: Set<Signer>, _ policies: LintedPolicies) -> Bool {
        var probe = probe
        probe.signers = signers
        guard let decision = policies.decide(probe), case .allowed = decision.verdict else { return false }
        return true
    }
}
