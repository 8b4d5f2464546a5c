import PolicyEngine
import OCI
import Trust

/// Whoever writes workloads says which host is asked.
enum AsksAnyRegistry: LintRule {
    static let code = "asks-any-registry"
    static let summary = "signatures or attestations are looked for in whatever registry a workload names"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written -> [Diagnostic] in
            guard written.policy.match.images.isEmpty, written.policy.match.digests.isEmpty else { return [] }
            return written.checks.compactMap { check, item in
                guard let evidence = check.evidence, let probe = policies.probe(Examples.attacker, for: written),
                    let asked = written.spellings(of: probe).first(where: {
                        policies.probed.asksRegistry(of: $0, at: policies.now)
                    })
                else { return nil }
                return Diagnostic(
                    .warning,
                    "any registry is asked for \(evidence), such as that of `\(asked.reference.original)`; "
                        + "put `trustedRegistries` beside this check, or narrow the policy with `match.images`",
                    at: item.position, code: code)
            }
        }
    }
}

extension PolicyCheck {
    /// What it makes the gate look for in the image's registry.
    fileprivate var evidence: String? {
        switch check {
        case is SignatureCheck: "signatures"
        case is AttestationCheck: "attestations"
        default: nil
        }
    }
}
