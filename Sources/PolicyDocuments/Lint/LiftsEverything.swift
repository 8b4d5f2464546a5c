import OCI
import PolicyEngine
import Timestamp
import Trust

/// An exception that leaves nothing of the check that it lifts, or lifts what lets its images in.
enum LiftsEverything: LintRule {
    static let code = "lifts-everything"
    static let summary =
        "a PolicyException lifts a check for all that the policy is about, or the one that lets its images in"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        policies.loaded.writtenExceptions.compactMap { written in
            guard written.value.phase(at: policies.now) != .expired,
                let lifted = policies.policies.first(where: { $0.name.utf8.elementsEqual(written.value.policy.utf8) }),
                let check = lifted.policy.checks.first(where: { $0.name.utf8.elementsEqual(written.value.check.utf8) })
            else { return nil }
            return everything(written, check, of: lifted, policies) ?? vouching(written, check, of: lifted, policies)
        }
    }

    /// Its images and namespaces are all that the policy is about, or all that its trusted patterns let in.
    private static func everything(
        _ written: Written<PolicyException>, _ check: PolicyCheck, of lifted: WrittenPolicy, _ policies: LintedPolicies
    ) -> Diagnostic? {
        let match = lifted.policy.match
        let trusted = lifted.vouchingPatterns.map(\.pattern)
        let scope = Selector(
            images: match.images.isEmpty ? trusted : match.images, digests: match.digests, namespaces: match.namespaces,
            namespaceLabels: match.namespaceLabels, containers: match.containers, sources: match.sources)
        guard written.value.only.isEmpty, !scope.images.isEmpty, written.value.covers(scope),
            let image = scope.images.first.map(lifted.plain)?.example,
            let probe = probe(image, nil, written, lifted, policies), let decision = policies.decide(probe),
            isLifted(check, by: written, lifted, decision, policies)
        else { return nil }
        return Diagnostic(
            .warning,
            "this lifts `\(check.name)` for all that the policy `\(lifted.name)` is about, such as "
                + "`\(probe.reference.original)`: until `expires` it is as if there were no such check",
            at: written.position,
            code: code)
    }

    /// What vouches does not vouch while it is lifted.
    private static func vouching(
        _ written: Written<PolicyException>, _ check: PolicyCheck, of lifted: WrittenPolicy, _ policies: LintedPolicies
    ) -> Diagnostic? {
        guard type(of: check.check).vouches else { return nil }
        for pattern in written.value.images {
            let namespace = written.value.namespaces.first
            let filled = pattern.filled(in: namespace ?? lifted.plainNamespace, labels: lifted.plainLabels) ?? pattern
            // Another check may ask for a digest.
            for image in [filled.example, "\(filled.example)@\(Probe.anyDigest)"] {
                guard var probe = probe(image, namespace, written, lifted, policies) else { continue }
                probe.signers = policies.probed.everybody
                guard let decision = policies.decide(probe), decision.isNotVouched,
                    isLifted(check, by: written, lifted, decision, policies)
                else { continue }
                return Diagnostic(
                    .warning,
                    "`\(check.name)` is what lets images in, and a check that is lifted lets nothing in: "
                        + "`\(probe.reference.original)` is refused as `\(ReasonCode.notVouched.rawValue)`",
                    at: written.specification["lifts"]?["check"]?.position ?? written.position, code: code)
            }
        }
        return nil
    }

    /// The image while the exception is in force.
    private static func probe(
        _ image: String, _ namespace: String?, _ written: Written<PolicyException>, _ lifted: WrittenPolicy,
        _ policies: LintedPolicies
    ) -> Probe? {
        var probe = policies.probe(image, for: lifted, in: namespace)
        probe?.time = max(policies.now, written.value.from)
        return probe
    }

    private static func isLifted(
        _ check: PolicyCheck, by written: Written<PolicyException>, _ lifted: WrittenPolicy, _ decision: ImageDecision,
        _ policies: LintedPolicies
    ) -> Bool {
        guard case .exception(let name, _)? = policies.finding(of: check, of: lifted, in: decision)?.relief
        else { return false }
        return name.utf8.elementsEqual(written.name.utf8)
    }
}
