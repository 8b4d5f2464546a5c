import OCI
import PolicyEngine
import Trust

/// `tags` denies what other parts of the policy are about.
enum DeniedTag: LintRule {
    static let code = "denied-tag"
    static let summary = "`tags` denies every tag, or the one that a trusted pattern names"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            written.checks.filter { $0.check.check is TagsCheck }.flatMap { check, item in
                everyTag(check, item, written, policies) + trustedTags(check, written, policies)
            }
        }
    }

    /// What is meant may be that images are named by digest, which has a check of its own.
    private static func everyTag(
        _ check: PolicyCheck, _ item: FieldValue, _ written: WrittenPolicy, _ policies: LintedPolicies
    ) -> [Diagnostic] {
        let denied = item[TagsCheck.word]?["deny"]?.elements ?? []
        guard let all = denied.first(where: { $0.text?.utf8.allSatisfy { $0 == UInt8(ascii: "*") } ?? false }),
            !written.policy.checks.contains(where: { $0.check is DigestCheck })
        else { return [] }
        let refused = policies.examples(for: written).lazy.filter { $0.reference.tag != nil }.first { probe in
            policies.decide(probe).flatMap { policies.finding(of: check, of: written, in: $0) }?.refusal != nil
        }
        guard let refused else { return [] }
        return [
            Diagnostic(
                .warning,
                "this denies every tag, such as that of `\(refused.reference)`, so that only what is named by its digest "
                    + "alone passes; if that is meant, write `digest: required`", at: all.position, code: code)
        ]
    }

    private static func trustedTags(
        _ check: PolicyCheck, _ written: WrittenPolicy, _ policies: LintedPolicies
    ) -> [Diagnostic] {
        written.vouchingPatterns.compactMap { trusting, pattern, element in
            guard trusting.check is TrustedRegistriesCheck, pattern.dependsOnTag, pattern.namesOneTag,
                let probe = policies.probe(pattern.example, for: written), let decision = policies.decide(probe),
                !decision.isAllowed, policies.finding(of: check, of: written, in: decision)?.refusal != nil
            else { return nil }
            return Diagnostic(
                .warning,
                "the check `\(check.name)` denies the tag of this pattern, so that it never counts: "
                    + "`\(probe.reference)` is refused", at: element.position, code: code)
        }
    }
}
