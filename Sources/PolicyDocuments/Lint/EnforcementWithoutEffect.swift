import PolicyEngine
import OCI
import Trust

/// A check is stricter than its policy, and the weaker of the two counts.
enum EnforcementWithoutEffect: LintRule {
    static let code = "enforcement-without-effect"
    static let summary = "a check is to be stricter than its policy ever is"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            written.checks.compactMap { check, item -> Diagnostic? in
                guard let wanted = check.enforcement, wanted > written.strictest else { return nil }
                for probe in policies.examples(for: written) {
                    guard let decision = policies.decide(probe),
                        let finding = policies.finding(of: check, of: written, in: decision),
                        finding.enforcement < wanted
                    else { continue }
                    return Diagnostic(
                        .warning,
                        "the policy is nowhere stricter than `\(written.strictest.rawValue)`, and the weaker of the two "
                            + "counts: for \(written.shown(probe)) this check is in `\(finding.enforcement.rawValue)`",
                        at: item["enforcement"]?.position ?? item.position, code: code)
                }
                return nil
            }
        }
    }
}
