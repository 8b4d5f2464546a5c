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
    /// Names of policies that ask for a fact which does not exist at this door: in `match`, so that they do not apply, or
    /// in `exclude` or in a stage of their enforcement, so that they apply as if it could be any.
    var passedOver: [String] = []
}

extension PolicySet {
    func applicable(to image: ImageUnderJudgement) -> Applicability {
        var result = Applicability()
        for position in index.candidates(for: image) {
            let policy = policies[Int(position)]
            let application = policy.application(to: image)
            switch application.match {
            case .no: continue
            case .noSuchFact: result.passedOver.append(policy.name)
            case .whenResolved, .unknown, .yes:
                let enforcement = policy.enforcement.resolved(for: image)
                result.policies.append(policy.applicable(application.match, enforcement))
                if application.lacksFact || enforcement.lacksFact { result.passedOver.append(policy.name) }
            }
        }
        return result
    }
}

extension ImagePolicy {
    /// Whether the policy is about the image, and whether an entry of `exclude` asks for a fact that does not exist.
    fileprivate func application(to image: ImageUnderJudgement) -> (match: Selector.Match, lacksFact: Bool) {
        var matched = match.match(image)
        var lacksFact = false
        guard matched > .noSuchFact else { return (matched, lacksFact) }
        for entry in exclude {
            let match = entry.match(image)
            switch match {
            case .yes: return (.no, false)
            case .unknown, .whenResolved: matched = min(matched, match)
            case .noSuchFact: lacksFact = true
            case .no: continue
            }
        }
        return (matched, lacksFact)
    }

    fileprivate func applicable(_ match: Selector.Match, _ resolved: ResolvedEnforcement) -> ApplicablePolicy {
        ApplicablePolicy(
            policy: self, enforcement: resolved.enforcement,
            mayVouch: match != .unknown && resolved.certainty != .unknown,
            awaitsDigest: match == .whenResolved || resolved.certainty == .whenResolved)
    }
}
