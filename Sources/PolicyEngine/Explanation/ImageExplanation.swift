public import OCI
public import Timestamp
public import Trust

/// Why one image of one request is decided as it is, as far as its name and the facts say: nobody is asked.
public struct ImageExplanation: Sendable {
    public let reference: ImageReference
    /// The exemption that takes the image out of all policies.
    public let exemption: String?
    /// All policies, in the order in which they were loaded; none if there is an exemption.
    public let policies: [PolicyReason]
    /// The decision; nil if something has to be asked before.
    public let decision: ImageDecision?
    /// Whether the registry would be asked which digest the tag stands for.
    public let asksForDigest: Bool
}

/// Whether one policy applies to an image, and what its checks would say.
public struct PolicyReason: Sendable {
    public let policy: PolicyExplanation
    public let application: Application
    /// Why `match` does or does not match.
    public let match: [SelectorReason]
    /// The same of each entry of `exclude`.
    public let exclusions: [[SelectorReason]]
    /// The same of each stage of the enforcement, in the order of the policy's own.
    public let stages: [[SelectorReason]]
    /// What happens if a check does not hold: while that depends on something, the strictest that it may be. Nil if the
    /// policy does not apply.
    public let enforcement: Enforcement?
    /// None if the policy does not apply.
    public let checks: [CheckReason]

    /// Whether the policy applies.
    public enum Application: String, Hashable, Sendable {
        case applies
        /// It depends on the digest that the tag stands for.
        case whenResolved
        /// It may apply; so its checks have to hold, and vouch for nothing.
        case mayApply
        /// An entry of `exclude` takes the image out.
        case excluded
        /// It asks for a fact that does not exist at this door.
        case noSuchFact
        case doesNotApply
    }
}

/// What one check would say, or would ask.
public struct CheckReason: Sendable {
    public let check: CheckExplanation
    /// What happens if it does not hold.
    public let enforcement: Enforcement
    /// What comes of it, if that can be said by now.
    public let outcome: Finding.Outcome?
    /// What keeps it from counting.
    public let relief: Relief?
    /// What it would ask for.
    public let searches: [SignatureSearch]
}

/// Where an attestor would look for signatures, or for attestations.
public struct SignatureSearch: Hashable, Sendable {
    public let attestor: String
    public let claim: Claim
    /// Manifests and blobs, or repositories where the digest is not known yet.
    public let places: [String]
}

extension Evaluator {
    /// Explains what would be decided at that time, and what would have to be asked for that.
    public func explain(
        _ matchable: MatchableReference, in container: ContainerKind, of facts: RequestFacts, at now: Instant
    ) -> ImageExplanation {
        func evaluation(_ evidence: some Evidence) -> Evaluation {
            evaluate(matchable, in: container, of: facts, with: evidence, at: now)
        }
        let image = ImageUnderJudgement(matchable, container: container, facts: facts)
        switch evaluation(NothingKnown()) {
        case .decided(let decision):
            let exemption: String? = if case .exempt(let name) = decision.verdict { name } else { nil }
            return ImageExplanation(
                reference: matchable.reference, exemption: exemption,
                policies: exemption == nil ? reasons(for: image, decision.findings, asksAt: nil) : [],
                decision: decision, asksForDigest: false)
        case .missing(let needs):
            var findings: [Finding] = []
            if case .decided(let decision) = evaluation(NobodyAnswers()) { findings = decision.findings }
            return ImageExplanation(
                reference: matchable.reference, exemption: nil, policies: reasons(for: image, findings, asksAt: now),
                decision: nil, asksForDigest: needs.contains(.resolution))
        }
    }

    /// - Parameters:
    ///   - findings: what came of the checks; beyond those of the reference it only counts if nothing would be asked.
    ///   - now: when it would be asked; nil if nothing would be.
    private func reasons(
        for image: ImageUnderJudgement, _ findings: [Finding], asksAt now: Instant?
    ) -> [PolicyReason] {
        let applicable = policies.applicable(to: image).policies
        return policies.policies.map { policy in
            let application = applicable.first { $0.policy === policy }
            return PolicyReason(
                policy: policy.explanation,
                application: PolicyReason.Application(of: policy, as: application, to: image),
                match: policy.match.reasons(for: image), exclusions: policy.exclude.map { $0.reasons(for: image) },
                stages: policy.enforcement.stages.map { $0.selector.reasons(for: image) },
                enforcement: application?.enforcement,
                checks: application.map { application in
                    policy.checks.map { reason(for: $0, of: application, image, findings, asksAt: now) }
                } ?? [])
        }
    }

    private func reason(
        for check: PolicyCheck, of application: ApplicablePolicy, _ image: ImageUnderJudgement, _ findings: [Finding],
        asksAt now: Instant?
    ) -> CheckReason {
        let finding = findings.first { finding in
            finding.policy?.utf8.elementsEqual(application.policy.name.utf8) == true
                && finding.check.utf8.elementsEqual(check.name.utf8)
        }
        let isSettled = now == nil || finding?.relief != nil || (check.needsOnlyReference && !application.awaitsDigest)
        let attestors = isSettled ? [] : now.map(check.check.attestors(at:)) ?? []
        return CheckReason(
            check: check.explanation, enforcement: application.enforcement(of: check),
            outcome: isSettled ? finding?.outcome : nil, relief: finding?.relief,
            searches: attestors.map {
                SignatureSearch(attestor: $0.name, claim: $0.claim, places: places(image, $0))
            })
    }

    /// What the attestor asks for first. Without a digest it can only be said of which repositories.
    private func places(_ image: ImageUnderJudgement, _ attestor: AttestorReference) -> [String] {
        guard let known = image.digest ?? Digest(algorithm: .sha256, bytes: [UInt8](repeating: 0, count: 32)),
            var verification = policies[attestor]?.verification(
                of: Subject(image.reference, resolvedTo: known), for: attestor.claim),
            case .fetch(let locators) = verification.next([:])
        else { return [] }
        let isPinned = image.digest != nil
        var places: [String] = []
        for place in locators.map({ isPinned ? $0.place : $0.repository.description }) where !places.contains(place) {
            places.append(place)
        }
        return places
    }
}

extension PolicyReason.Application {
    fileprivate init(of policy: ImagePolicy, as applicable: ApplicablePolicy?, to image: ImageUnderJudgement) {
        guard let applicable else {
            self =
                switch policy.match.match(image) {
                case .no: .doesNotApply
                case .noNamespace, .noNamespaceLabels: .noSuchFact
                case .whenResolved, .unknown, .yes: .excluded
                }
            return
        }
        self = applicable.awaitsDigest ? .whenResolved : applicable.mayVouch ? .applies : .mayApply
    }
}

extension Locator {
    fileprivate var place: String {
        switch self {
        case .manifest(let repository, .tag(let tag), _): "\(repository):\(tag)"
        case .manifest(let repository, .digest(let digest), _), .blob(let repository, let digest, _):
            "\(repository)@\(digest)"
        case .referrers(let repository, let digest, _): "what refers to \(repository)@\(digest)"
        case .tags(let repository, _): "the tags of \(repository)"
        case .trustMetadata(let collection, let name, _):
            "`\(name.path)` of \(collection.name) at \(collection.server)"
        }
    }
}

private struct NothingKnown: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
}

/// What checks of the reference find does not depend on it.
private struct NobodyAnswers: Evidence {
    private static let refusal = Refusal(
        .registryUnavailable, found: "nobody was asked", expected: "an answer of the registry")

    func resolution(of reference: ImageReference) -> Resolution? { .undetermined(NobodyAnswers.refusal) }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        .undetermined(NobodyAnswers.refusal)
    }
}
