import PolicyEngine
import OCI
import Trust

/// Nothing comes in at all.
enum NothingVouched: LintRule {
    static let code = "nothing-vouched"
    static let summary = "no policy in force vouches for anything, so every image is refused"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        guard !policies.policies.isEmpty, policies.policies.allSatisfy(\.vouchingChecks.isEmpty),
            let probe = Probe(Examples.ordinary), policies.decide(probe)?.isAllowed == false
        else { return [] }
        return [
            Diagnostic(
                .warning,
                "no policy in force vouches for any image, so every one is refused, such as `\(Examples.ordinary)`",
                at: policies.loaded.directory, code: code)
        ]
    }
}
