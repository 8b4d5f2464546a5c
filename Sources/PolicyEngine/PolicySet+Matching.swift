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
    /// Names of policies whose selector asks for a fact that does not exist at this door.
    var passedOver: [String] = []
}

extension PolicySet {
    func applicable(to image: ImageUnderJudgement) -> Applicability {
        var result = Applicability()
        for position in index.candidates(for: image) {
            let policy = policies[Int(position)]
            let match = policy.applies(to: image)
            switch match {
            case .no: continue
            case .noSuchFact: result.passedOver.append(policy.name)
            case .whenResolved, .unknown, .yes: result.policies.append(policy.applicable(to: image, match))
            }
        }
        return result
    }
}

extension ImagePolicy {
    fileprivate func applies(to image: ImageUnderJudgement) -> Selector.Match {
        var matched = match.match(image)
        guard matched > .noSuchFact else { return matched }
        for entry in exclude {
            switch entry.match(image) {
            case .yes: return .no
            case .unknown: matched = min(matched, .unknown)
            case .whenResolved: matched = min(matched, .whenResolved)
            case .no, .noSuchFact: continue
            }
        }
        return matched
    }

    fileprivate func applicable(to image: ImageUnderJudgement, _ match: Selector.Match) -> ApplicablePolicy {
        let (enforcement, certainty) = enforcement.resolved(for: image)
        return ApplicablePolicy(
            policy: self, enforcement: enforcement, mayVouch: match != .unknown && certainty != .unknown,
            awaitsDigest: match == .whenResolved || certainty == .whenResolved)
    }
}
