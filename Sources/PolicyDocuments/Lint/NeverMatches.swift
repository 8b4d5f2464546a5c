import PolicyEngine
import OCI
import Trust

/// A policy that is about no image, since its selectors contradict each other.
enum NeverMatches: LintRule {
    static let code = "never-matches"
    static let summary = "the selectors of a policy contradict each other, or fit nothing that there can be"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            [digests(written, policies), exclusions(written, policies)].compactMap { $0 } + names(written, policies)
        }
    }

    /// A name that no namespace can have.
    private static func names(_ written: WrittenPolicy, _ policies: LintedPolicies) -> [Diagnostic] {
        written.namespaces.compactMap { pattern, element in
            guard pattern.example == nil else { return nil }
            let nearest = (element.text ?? "").replacing("*", with: "x").trimmingHyphens
            let image = written.images.first?.pattern.example ?? Examples.ordinary
            guard let probe = policies.probe(image, for: written, in: nearest),
                policies.decide(probe)?.concerns(written.name) == false
            else { return nil }
            return Diagnostic(
                .warning,
                "no namespace is called `\(element.text ?? "")`, since names begin and end with a letter or a digit: "
                    + "`\(image)` in namespace `\(nearest)` is not meant", at: element.position, code: code)
        }
    }

    /// `images` that name digests, and `digests` that are others.
    private static func digests(_ written: WrittenPolicy, _ policies: LintedPolicies) -> Diagnostic? {
        guard !written.policy.match.overlaps(.everything) else { return nil }
        return warning(written, policies, at: written.specification["match"]?["digests"]?.position) { probe in
            "the `digests` of this policy are none of those that its `images` name, so that it never matches: "
                + "\(probe) is not matched"
        }
    }

    private static func exclusions(_ written: WrittenPolicy, _ policies: LintedPolicies) -> Diagnostic? {
        guard written.policy.excludesAll else { return nil }
        return warning(written, policies, at: written.specification["exclude"]?.position) { probe in
            "these entries take out all that the policy is about, so that it never matches: \(probe) is taken out"
        }
    }

    private static func warning(
        _ written: WrittenPolicy, _ policies: LintedPolicies, at position: SourcePosition?,
        _ message: (String) -> String
    ) -> Diagnostic? {
        guard let probe = policies.examples(for: written).first,
            policies.decide(probe)?.concerns(written.name) == false
        else { return nil }
        return Diagnostic(
            .warning, message(written.shown(probe)), at: position ?? written.position, code: code)
    }
}

extension String {
    fileprivate var trimmingHyphens: String {
        let trimmed = String(drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed())
        return trimmed.isEmpty ? "default" : trimmed
    }
}
