import Trust

/// A policy that applies to an image, with what the request's facts make of it.
struct ApplicablePolicy {
    let policy: ImagePolicy
    let enforcement: Enforcement
    /// Whether it may vouch: not if a fact it depends on is unknown.
    let mayVouch: Bool
    /// Whether it depends on the digest of a tag that is not resolved yet.
    let awaitsDigest: Bool

    func enforcement(of check: PolicyCheck) -> Enforcement { min(enforcement, check.enforcement ?? .deny) }
}

/// The policies for one image, in the order in which they were loaded.
struct Applicability {
    var policies: [ApplicablePolicy] = []
    /// Policies that ask for a fact which does not exist at this door: in `match`, so that they do not apply, or in
    /// `exclude` or in a stage of their enforcement, so that they apply as if it could be any.
    var passedOver: [PassedOver] = []
}

extension PolicySet {
    func applicable(to image: ImageUnderJudgement) -> Applicability {
        var result = Applicability()
        for position in index.candidates(for: image) {
            let policy = policies[Int(position)]
            let application = policy.application(to: image)
            var lackedFact = application.match.lackedFact
            switch application.match {
            case .no: continue
            case .noNamespace, .noNamespaceLabels: break
            case .whenResolved, .unknown, .yes:
                let enforcement = policy.enforcement.resolved(for: image)
                result.policies.append(policy.applicable(application.match, enforcement))
                lackedFact = application.lackedFact ?? enforcement.lackedFact
            }
            if let lackedFact { result.passedOver.append(PassedOver(policy: policy.name, fact: lackedFact)) }
        }
        return result
    }
}

extension ImagePolicy {
    /// Whether the policy is about the image, and whether an entry of `exclude` asks for a fact that does not exist.
    fileprivate func application(
        to image: ImageUnderJudgement
    ) -> (match: Selector.Match, lackedFact: RequestFact?) {
        var matched = match.match(image)
        var lackedFact: RequestFact?
        guard matched > .noNamespaceLabels else { return (matched, nil) }
        for entry in exclude {
            let match = entry.match(image)
            switch match {
            case .yes: return (.no, nil)
            case .unknown, .whenResolved: matched = min(matched, match)
            case .noNamespace, .noNamespaceLabels: lackedFact = lackedFact ?? match.lackedFact
            case .no: continue
            }
        }
        return (matched, lackedFact)
    }

    fileprivate func applicable(_ match: Selector.Match, _ resolved: ResolvedEnforcement) -> ApplicablePolicy {
        ApplicablePolicy(
            policy: self, enforcement: resolved.enforcement,
            mayVouch: match != .unknown && resolved.certainty != .unknown,
            awaitsDigest: match == .whenResolved || resolved.certainty == .whenResolved)
    }
}
