/// Where one check of one policy stands, without what it found: plain bits, which the rules that look at all checks
/// together go over several times for every image.
struct Standing {
    enum State {
        case open, passed, refused
    }

    /// The place of the policy among those that apply, and of the check in it.
    let policy: Int
    let position: Int
    let enforcement: Enforcement
    let needsOnlyReference: Bool
    /// Whether it vouches for the image if it passes: it is a check that does, in force, of a policy that may.
    let vouchesInForce: Bool
    /// Whether it is a check that vouches, in force or on trial, of a policy that may.
    let vouches: Bool
    let awaitsDigest: Bool
    var state = State.open
    /// Of a policy that awaits the digest: what a check of the reference can come to at best. Never a finding; a source
    /// that is refused is no reason to ask a registry.
    var atBest = State.open

    init(of check: PolicyCheck, at position: Int, of policy: ApplicablePolicy, at index: Int) {
        self.policy = index
        self.position = position
        enforcement = policy.enforcement(of: check)
        needsOnlyReference = check.needsOnlyReference
        vouches = check.vouches && policy.mayVouch
        vouchesInForce = vouches && enforcement == .deny
        awaitsDigest = policy.awaitsDigest
    }

    /// The state, or what it may become; open while nothing is known of it.
    var prospect: State { state == .open ? atBest : state }
}

extension Standing.State {
    init(_ outcome: CheckOutcome) {
        switch outcome {
        case .passed: self = .passed
        case .violated, .undetermined: self = .refused
        }
    }
}
