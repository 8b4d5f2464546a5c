import OCI
import PolicyEngine
import Trust

/// A trusted source that the policy's own selectors leave out, while others count.
enum PatternOutOfScope: LintRule {
    static let code = "pattern-out-of-scope"
    static let summary = "a trusted pattern fits no image that the policy is about"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            let patterns = written.vouchingPatterns.filter { $0.check.check is TrustedRegistriesCheck }
            return patterns.compactMap { check, pattern, element -> Diagnostic? in
                // If none counts, nothing passes the check, which is told as that.
                let others = patterns.filter { $0.check === check }
                guard !written.isAbout(pattern), others.contains(where: { written.isAbout($0.pattern) }),
                    let probe = policies.probe(pattern.example, for: written),
                    policies.decide(probe)?.concerns(written.name) == false
                else { return nil }
                return Diagnostic(
                    .warning,
                    "this pattern never counts: `\(probe.reference.original)` is nothing that the policy is about, which "
                        + "`match.images` says", at: element.position, code: code)
            }
        }
    }
}

extension WrittenPolicy {
    /// Whether the policy may be about an image that fits the pattern. `false` is certain.
    func isAbout(_ pattern: ImagePattern) -> Bool {
        let images = policy.match.images
        return images.isEmpty || images.contains { $0.overlaps(pattern) }
    }
}
