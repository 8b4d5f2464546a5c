import PolicyEngine
import OCI
import Trust

/// A policy speaks of a namespace that an exemption takes out.
enum ExemptNamespace: LintRule {
    static let code = "exempt-namespace"
    static let summary = "a policy is about a namespace that an Exemption takes out"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            written.namespaces.compactMap { pattern, element -> Diagnostic? in
                guard pattern.isOneName, let probe = policies.probe(Examples.unknown, for: written, in: element.text),
                    case .exempt(let exemption)? = policies.decide(probe)?.verdict
                else { return nil }
                return Diagnostic(
                    .warning,
                    "the Exemption `\(exemption)` takes this namespace out, so that `\(Examples.unknown)` comes in there "
                        + "unjudged", at: element.position, code: code)
            }
        }
    }
}
