import PolicyEngine
import OCI
import Trust

/// Everything comes in that no other policy refuses.
enum AcceptsAnything: LintRule {
    static let code = "accepts-anything"
    static let summary = "`insecureAcceptAnything` stands in a policy that is about every image everywhere"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written -> [Diagnostic] in
            let match = written.policy.match
            guard match.images.isEmpty, match.digests.isEmpty, match.namespaces.isEmpty, match.namespaceLabels.isEmpty
            else { return [] }
            return written.checks.compactMap { check, item in
                guard check.check is InsecureAcceptAnythingCheck,
                    let probe = policies.probe(Examples.stranger, for: written),
                    let admitted = policies.admitted(probe, by: check, of: written)
                else { return nil }
                return Diagnostic(
                    .warning,
                    "this lets in whatever no other policy refuses, such as `\(admitted.reference.original)`; "
                        + "narrow the policy with `match`", at: item.position, code: code)
            }
        }
    }
}
