import PolicyEngine
import OCI
import Trust

/// An entry of `exclude`, or a stage of the enforcement, describes what the policy is not about anyway.
enum SelectorWithoutEffect: LintRule {
    static let code = "selector-without-effect"
    static let summary = "an entry of `exclude` or a stage of `enforcement` describes nothing that the policy is about"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written -> [Diagnostic] in
            let exclusions = zip(written.policy.exclude, written.specification["exclude"]?.elements ?? [])
            return exclusions.compactMap { warning("this entry takes out nothing", $0, $1, written, policies) }
                + written.stages.compactMap { warning("this stage never applies", $0, $1, written, policies) }
        }
    }

    private static func warning(
        _ consequence: String, _ selector: Selector, _ element: FieldValue, _ written: WrittenPolicy,
        _ policies: LintedPolicies
    ) -> Diagnostic? {
        let match = written.policy.match
        guard match.overlaps(.everything), !match.overlaps(selector) else { return nil }
        let image =
            selector.images.first.map(written.plain)?.example ?? written.images.first?.pattern.example
            ?? Examples.ordinary
        guard var probe = policies.probe(image, for: written, in: selector.namespaces.lazy.compactMap(\.example).first)
        else { return nil }
        let keys = selector.namespaceLabels.map(\.key)
        probe.labels = selector.namespaceLabels + match.namespaceLabels.filter { !keys.contains($0.key) }
        probe.container = selector.containers.first ?? probe.container
        probe.source = selector.sources.first ?? probe.source
        probe.digest = selector.digests.first ?? probe.digest
        guard policies.decide(probe)?.concerns(written.name) == false else { return nil }
        let place = probe.place(naming: selector)
        return Diagnostic(
            .warning,
            "\(consequence): `\(image)`\(place), which it describes, is nothing that the policy is about",
            at: element.position, code: code)
    }
}

extension WrittenPolicy {
    /// The stages of the enforcement with their places.
    fileprivate var stages: [(Selector, FieldValue)] {
        let elements = Enforcement.allCases.flatMap {
            specification["enforcement"]?[$0.rawValue]?.elements ?? []
        }
        return Array(zip(policy.enforcement.stages.map(\.selector), elements))
    }
}
