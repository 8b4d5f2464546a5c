import PolicyEngine
import OCI
import Trust

/// A digest is required, and beside one a tag counts for nothing.
enum TagBesideDigest: LintRule {
    static let code = "tag-beside-digest"
    static let summary = "a pattern with a tag stands beside `digest: required`, so that it never counts"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.filter { $0.policy.checks.contains { $0.check is DigestCheck } }.flatMap { written in
            trusted(written, policies) + matched(written, policies)
        }
    }

    private static func trusted(_ written: WrittenPolicy, _ policies: LintedPolicies) -> [Diagnostic] {
        written.vouchingPatterns.compactMap { check, pattern, element in
            guard check.check is TrustedRegistriesCheck, let probe = pinned(pattern, written, policies),
                let decision = policies.decideAtBest(probe), !decision.isAllowed,
                policies.finding(of: check, of: written, in: decision)?.refusal != nil
            else { return nil }
            return Diagnostic(
                .warning,
                "beside `digest: required` this pattern never counts, since beside a digest a tag may say anything: "
                    + "`\(probe.reference)` is refused; leave the tag out", at: element.position, code: code)
        }
    }

    private static func matched(_ written: WrittenPolicy, _ policies: LintedPolicies) -> [Diagnostic] {
        guard !written.vouchingChecks.isEmpty else { return [] }
        return written.images.compactMap { pattern, element in
            guard let probe = pinned(pattern, written, policies),
                policies.decideAtBest(probe)?.isNotVouched == true
            else { return nil }
            return Diagnostic(
                .warning,
                "beside `digest: required` nothing that this pattern fits is vouched for, since beside a digest a tag may "
                    + "say anything: `\(probe.reference)` is refused; leave the tag out", at: element.position,
                code: code)
        }
    }

    private static func pinned(_ pattern: ImagePattern, _ written: WrittenPolicy, _ policies: LintedPolicies) -> Probe?
    {
        guard pattern.dependsOnTag else { return nil }
        return policies.probe("\(pattern.example)@\(Probe.anyDigest)", for: written)
    }
}
