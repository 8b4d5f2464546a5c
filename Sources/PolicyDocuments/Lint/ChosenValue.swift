import OCI
import PolicyEngine
import Trust

/// A variable in a pattern that lets images in stands for what whoever labels, or names, the namespace has chosen.
enum ChosenValue: LintRule {
    static let code = "chosen-value"
    static let summary =
        "whoever labels a namespace, or names it, chooses what a pattern that lets images in stands for"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            written.openPatterns.flatMap { check, pattern, element in
                Set(pattern.variables).sorted { $0.description < $1.description }.compactMap { variable in
                    warning(variable, pattern, check, element, written, policies)
                }
            }
        }
    }

    private static func warning(
        _ variable: PatternVariable, _ pattern: ImagePattern, _ check: PolicyCheck, _ element: FieldValue,
        _ written: WrittenPolicy, _ policies: LintedPolicies
    ) -> Diagnostic? {
        guard var probe = chosen(variable, written) else { return nil }
        guard let image = pattern.filled(in: probe.namespace ?? "", labels: probe.labels)?.example,
            let named = policies.probe(image, for: written)
        else { return nil }
        probe.reference = named.reference
        guard let admitted = policies.admitted(probe, by: check, of: written)?.reference.original else { return nil }
        switch variable {
        case .namespaceLabel(let key):
            return Diagnostic(
                .warning,
                "whoever labels namespaces chooses this value: `\(admitted)` comes in where a namespace has the label "
                    + "`\(key)=\(chosenValue)`; see to it that only those label them who may", at: element.position,
                code: code)
        case .namespace:
            // A name is what namespaces are told apart by; but it is no account of theirs at a public registry.
            guard pattern.isOpenToAnybody else { return nil }
            return Diagnostic(
                .warning,
                "whoever creates namespaces chooses this value: `\(admitted)`, which anybody with an account there can push, "
                    + "comes in in namespace `\(chosenValue)`", at: element.position, code: code)
        }
    }

    /// A request in which the variable has a value that its author need not have thought of.
    private static func chosen(_ variable: PatternVariable, _ written: WrittenPolicy) -> Probe? {
        var probe = Probe(Examples.ordinary)
        probe?.namespace = written.plainNamespace
        probe?.labels = written.plainLabels
        probe?.container = written.policy.match.containers.first ?? .main
        probe?.source = written.policy.match.sources.first ?? .kubernetes
        switch variable {
        case .namespace:
            guard written.policy.match.namespaces.isEmpty else { return nil }
            probe?.namespace = chosenValue
        case .namespaceLabel(let key):
            // What `match` asks for is no choice.
            guard !written.policy.match.namespaceLabels.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }),
                let label = try? NamespaceLabel(key: key, value: chosenValue)
            else { return nil }
            probe?.labels.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
            probe?.labels.append(label)
        }
        return probe
    }

    private static let chosenValue = "somebody"
}
