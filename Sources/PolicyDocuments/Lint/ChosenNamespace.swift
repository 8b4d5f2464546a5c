import PolicyEngine
import OCI
import Trust

/// Whoever may create namespaces chooses their names.
enum ChosenNamespace: LintRule {
    static let code = "chosen-namespace"
    static let summary = "whoever creates a namespace can give it a name in which everything is accepted"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written -> [Diagnostic] in
            let accepting = written.policy.checks.filter { $0.check is InsecureAcceptAnythingCheck }
            guard written.policy.match.images.isEmpty, written.policy.match.digests.isEmpty else { return [] }
            return written.namespaces.compactMap { pattern, element in
                guard let name = pattern.stranger,
                    let probe = policies.probe(Examples.stranger, for: written, in: name),
                    let admitted = accepting.lazy.compactMap({ policies.admitted(probe, by: $0, of: written) }).first
                else { return nil }
                return Diagnostic(
                    .warning,
                    "whoever creates a namespace chooses its name: `\(admitted.reference.original)` comes in in namespace `\(name)`; "
                        + "name the namespaces one by one", at: element.position, code: code)
            }
        }
    }
}
