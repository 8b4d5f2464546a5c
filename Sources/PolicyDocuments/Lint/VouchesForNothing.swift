import PolicyEngine
import OCI
import Trust

/// A policy constrains images that nobody lets in.
enum VouchesForNothing: LintRule {
    static let code = "vouches-for-nothing"
    static let summary = "a policy vouches for nothing, and no other one does for its images"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        let vouching = policies.policies.filter { !$0.vouchingChecks.isEmpty }
        // If nobody vouches for anything, that is told once.
        guard !vouching.isEmpty else { return [] }
        let vouchers = vouching.flatMap(Voucher.all(of:))
        return policies.policies.filter(\.vouchingChecks.isEmpty).compactMap { written in
            guard !vouchers.contains(where: { $0.mayVouch(for: written.policy.match) }) else { return nil }
            return warning(about: written, policies)
        }
    }

    private static func warning(about written: WrittenPolicy, _ policies: LintedPolicies) -> Diagnostic? {
        let decisions = policies.examples(for: written).lazy.map { ($0, policies.decideAtBest($0)) }
        guard let (refused, decision) = decisions.first(where: { $0.1?.isOfUntrustedSource == true }),
            let code = decision?.refusing.first?.refusal?.reason.rawValue
        else { return nil }
        let trial = written.checks.first { type(of: $0.check.check).vouches }
        let reason =
            trial.map { check, _ in
                "its check `\(check.name)` is on trial (`\(min(written.strictest, check.enforcement ?? .deny).rawValue)`), "
                    + "and what is on trial vouches for nothing"
            } ?? "none of its checks vouches"
        return Diagnostic(
            .warning,
            "\(reason), nor does any other policy for its images: \(written.shown(refused)) is refused as "
                + "`\(code)`", at: trial?.item.position ?? written.position, code: Self.code)
    }
}

extension ImageDecision {
    /// Whether it is refused for want of somebody who vouches for the image, and for nothing else: nobody does, or
    /// another policy does not trust where it comes from.
    fileprivate var isOfUntrustedSource: Bool {
        !isAllowed
            && refusing.allSatisfy { finding in
                finding.refusal?.reason == .notVouched || finding.refusal?.reason == .sourceUntrusted
            }
    }
}

/// What one check may vouch for: images that the policy's selectors and one of the patterns fit.
private struct Voucher {
    let match: Selector
    /// Nil: whatever the policy is about.
    let patterns: [ImagePattern]?

    static func all(of written: WrittenPolicy) -> [Voucher] {
        written.vouchingChecks.map { check in
            let patterns = written.vouchingPatterns.filter { $0.check === check }.map(\.pattern)
            return Voucher(
                match: written.policy.match, patterns: check.check is TrustedRegistriesCheck ? patterns : nil)
        }
    }

    func mayVouch(for selector: Selector) -> Bool {
        guard match.overlaps(selector) else { return false }
        guard let patterns, !selector.images.isEmpty else { return true }
        return patterns.contains { pattern in selector.images.contains { $0.overlaps(pattern) } }
    }
}
