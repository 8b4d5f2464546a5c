import OCI
import PolicyEngine
import Trust

/// An exemption takes out nothing that another one does not take out as well: it looks narrow, and nothing is.
enum ExemptionWithoutEffect: LintRule {
    static let code = "exemption-without-effect"
    static let summary = "an Exemption takes out nothing that another one does not take out already"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.loaded.writtenExemptions.compactMap { warning(about: $0, policies) }
    }

    private static func warning(about written: Written<Exemption>, _ policies: LintedPolicies) -> Diagnostic? {
        let namespaces = (written.specification["namespaces"]?.elements ?? []).compactMap(\.text)
        let patterns = (written.specification["images"]?.elements ?? []).compactMap { try? ImagePattern($0.text ?? "") }
        let images = patterns.isEmpty ? [Examples.unknown] : patterns.map(\.example)
        var other: (name: String, probe: Probe)?
        for namespace in namespaces {
            for image in images {
                guard var probe = Probe(image) else { return nil }
                probe.namespace = namespace
                // One that shows any image where this one shows its own, or the same patterns, takes out all of it.
                guard case .exempt(let name)? = policies.decide(probe)?.verdict,
                    !name.utf8.elementsEqual(written.name.utf8), takesOutAll(of: patterns, name, policies)
                else { return nil }
                other = other ?? (name, probe)
            }
        }
        return other.map { name, probe in
            Diagnostic(
                .warning,
                "the Exemption `\(name)` takes all of this out already, such as `\(probe.reference.original)` in namespace "
                    + "`\(probe.namespace ?? "")`; remove one of the two", at: written.position, code: code)
        }
    }

    private static func takesOutAll(of patterns: [ImagePattern], _ name: String, _ policies: LintedPolicies) -> Bool {
        guard let other = policies.loaded.writtenExemptions.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else { return false }
        let others = (other.specification["images"]?.elements ?? []).compactMap { try? ImagePattern($0.text ?? "") }
        guard !others.isEmpty else { return true }
        return !patterns.isEmpty && patterns.allSatisfy { pattern in others.contains { $0.covers(pattern) } }
    }
}
