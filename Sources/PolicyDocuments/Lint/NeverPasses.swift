import PolicyEngine
import OCI
import Trust

/// A check that no image can pass, whoever signed it.
enum NeverPasses: LintRule {
    static let code = "never-passes"
    static let summary = "no image that the policy is about can pass a check"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.policies.flatMap { written in
            written.checks.compactMap { check, item -> Diagnostic? in
                switch check.check {
                case is TrustedRegistriesCheck: sources(check, item, written, policies)
                case is SignatureCheck, is AttestationCheck: signatures(check, item, written, policies)
                default: nil
                }
            }
        }
    }

    /// None of the trusted sources is one of the policy's own images.
    private static func sources(
        _ check: PolicyCheck, _ item: FieldValue, _ written: WrittenPolicy, _ policies: LintedPolicies
    ) -> Diagnostic? {
        let trusted = written.vouchingPatterns.filter { $0.check === check }.map(\.pattern)
        guard !trusted.isEmpty, trusted.allSatisfy({ !written.isAbout($0) }) else { return nil }
        for probe in policies.examples(for: written) {
            guard let decision = policies.decideAtBest(probe),
                policies.finding(of: check, of: written, in: decision)?.refusal?.reason == .sourceUntrusted
            else { continue }
            return Diagnostic(
                .warning,
                "no image that the policy is about comes from any of these sources, so that nothing passes: "
                    + "\(written.shown(probe)) is refused", at: item.position, code: code)
        }
        return nil
    }

    /// What fails with every signature that anybody believes fails with fewer.
    private static func signatures(
        _ check: PolicyCheck, _ item: FieldValue, _ written: WrittenPolicy, _ policies: LintedPolicies
    ) -> Diagnostic? {
        guard let refusal = refusalAtBest(of: check, policies) else { return nil }
        let refused = policies.examples(for: written).first { probe in
            guard let decision = policies.decideAtBest(probe) else { return false }
            return decision.concerns(written.name) && !(isPassed(check, written, decision, policies))
        }
        guard let refused else { return nil }
        return Diagnostic(
            .warning,
            "nothing can pass this check: \(written.shown(refused)), signed by everybody, does not (\(refusal.found))",
            at: item.position, code: code)
    }

    private static func isPassed(
        _ check: PolicyCheck, _ written: WrittenPolicy, _ decision: ImageDecision, _ policies: LintedPolicies
    ) -> Bool {
        guard case .passed? = policies.finding(of: check, of: written, in: decision)?.outcome else { return false }
        return true
    }

    /// Why the check refuses an image that nothing but this check judges and that everybody signed.
    private static func refusalAtBest(of check: PolicyCheck, _ policies: LintedPolicies) -> Refusal? {
        let alone = ProbedPolicies(
            only: ImagePolicy(name: "alone", checks: [PolicyCheck(check: check.check)]), of: policies.loaded.policySet,
            like: policies.probed)
        guard var probe = Probe(Examples.ordinary) else { return nil }
        probe.signers = policies.probed.everybody
        return alone.decide(probe, at: policies.now)?.refusing.first { $0.isOf("alone") }?.refusal
    }
}
