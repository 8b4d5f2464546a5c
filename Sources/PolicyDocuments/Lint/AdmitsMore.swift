import PolicyEngine
import OCI
import Trust

/// A pattern that lets in, or leaves unjudged, images which its author hardly meant.
enum AdmitsMore: LintRule {
    static let code = "admits-more"
    static let summary = "a pattern also lets in images of strangers, or names and versions that only begin alike"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { admitted($0, policies) }
            + policies.loaded.writtenExemptions.flatMap { unjudged($0, policies) }
    }

    private static func admitted(_ written: WrittenPolicy, _ policies: LintedPolicies) -> [Diagnostic] {
        written.vouchingPatterns.flatMap { check, pattern, element in
            pattern.strangers.compactMap { stranger in
                guard let probe = policies.probe(stranger.image, for: written),
                    let admitted = policies.admitted(probe, by: check, of: written)
                else { return nil }
                return warning(of: stranger, as: admitted, at: element)
            }
        }
    }

    private static func unjudged(_ written: Written<Exemption>, _ policies: LintedPolicies) -> [Diagnostic] {
        (written.specification["images"]?.elements ?? []).flatMap { element -> [Diagnostic] in
            guard let pattern = try? ImagePattern(element.text ?? "") else { return [] }
            return pattern.strangers.compactMap { stranger in
                var probe = Probe(stranger.image)
                probe?.namespace = written.specification["namespaces"]?.elements.first?.text
                guard let probe, case .exempt? = policies.decide(probe)?.verdict else { return nil }
                return warning(of: stranger, as: probe, at: element)
            }
        }
    }

    private static func warning(
        of stranger: Stranger, as admitted: Probe, at element: FieldValue
    ) -> Diagnostic {
        Diagnostic(
            .warning, "`\(element.text ?? "")` also lets in `\(admitted.reference.original)`, \(stranger.remark)",
            at: element.position,
            code: code)
    }
}
