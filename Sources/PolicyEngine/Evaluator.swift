public import OCI
public import Timestamp
import Trust

/// Decides about one image. Pure and total: the same image, facts, policies, evidence and time give the same decision,
/// and nothing is thrown.
///
/// The order is that of `docs/POLICY.md`: exemptions; exceptions; the checks that need only the reference; then, if those leave
/// something to decide, the tag's digest and the signatures; at last vouching.
public struct Evaluator: Sendable {
    let policies: PolicySet
    /// What happens to an image that nobody vouches for.
    private let notVouched: Enforcement

    public init(policies: PolicySet, notVouched: Enforcement = .deny) {
        self.policies = policies
        self.notVouched = notVouched
    }

    /// The decision, or what it waits for.
    public enum Evaluation: Sendable {
        case decided(ImageDecision)
        /// Nothing can be said before these are known. They are all that is missing at this point.
        case missing([EvidenceNeed])
    }

    /// Decides with what `evidence` holds, or names what it lacks; asked again with that it comes further. There are two
    /// rounds at most: the digest, then all verifications at once. `now` is the time that validities are judged at.
    public func evaluate(
        _ matchable: MatchableReference, in container: ContainerKind, of facts: RequestFacts,
        with evidence: some Evidence, at now: Instant
    ) -> Evaluation {
        let reference = matchable.reference
        let image = ImageUnderJudgement(matchable, container: container, facts: facts)
        if let exemption = policies.exemptions.first(where: { $0.applies(to: image) }) {
            return .decided(
                ImageDecision(verdict: .exempt(exemption.name), findings: [], digest: reference.digest, passedOver: []))
        }
        var assessment = Assessment(of: image, by: policies, notVouched: notVouched, at: now)
        assessment.judgeReference()
        if assessment.isRefused { return .decided(assessment.decision()) }

        if assessment.needsRegistry {
            if !assessment.mayContactRegistry {
                assessment.resolve(Evaluator.notAsked, with: policies)
            } else if reference.digest == nil {
                guard let resolution = evidence.resolution(of: reference) else { return .missing([.resolution]) }
                assessment.resolve(resolution, with: policies)
            }
            if assessment.isRefused { return .decided(assessment.decision()) }
        }
        let missing = assessment.judgeSignatures(evidence, with: policies)
        return missing.isEmpty ? .decided(assessment.decision()) : .missing(missing)
    }

    /// The same for a reference that nobody remembers the pieces of.
    public func evaluate(
        _ reference: ImageReference, in container: ContainerKind, of facts: RequestFacts, with evidence: some Evidence,
        at now: Instant
    ) -> Evaluation {
        evaluate(MatchableReference(reference), in: container, of: facts, with: evidence, at: now)
    }

    /// A registry that no policy trusts is never contacted, so its tags stand for nothing and its signatures do not exist.
    private static let notAsked = Resolution.undetermined(
        Refusal(
            .sourceUntrusted, found: "an image of a registry that no policy trusts, so the registry was not asked",
            expected: "a source that a policy trusts"))
}
