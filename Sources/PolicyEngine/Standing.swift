/// Where one check of one policy stands, without what it found: plain bits, which the rules that look at all checks
/// together go over several times for every image.
struct Standing {
    enum State {
        case open, passed, refused
        /// An exception lifts the check: whatever came of it, the policy is judged as though it did not have it.
        case lifted
    }

    /// The place of the policy among those that apply, and of the check in it.
    let policy: Int
    let position: Int
    private(set) var enforcement: Enforcement
    let needsOnlyReference: Bool
    /// Whether it vouches for the image if it passes: it is a check that does, in force, of a policy that may.
    private(set) var vouchesInForce: Bool
    /// Whether it is a check that vouches, in force or on trial, of a policy that may.
    private(set) var vouches: Bool
    private(set) var awaitsDigest: Bool
    private(set) var state = State.open
    /// Of a policy that awaits the digest: what a check of the reference can come to at best. Never a finding; a source
    /// that is refused is no reason to ask a registry.
    var atBest = State.open
    /// Whether an exception will lift the check if the tag stands for the digest that the exception names.
    private(set) var mayBeLifted = false
    /// The place of the exception that lifts the check, among those for the image.
    private(set) var exception: Int?

    init(of check: PolicyCheck, at position: Int, of policy: ApplicablePolicy, at index: Int) {
        self.policy = index
        self.position = position
        enforcement = policy.enforcement(of: check)
        needsOnlyReference = check.needsOnlyReference
        vouches = check.vouches && policy.mayVouch
        vouchesInForce = vouches && enforcement == .deny
        awaitsDigest = policy.awaitsDigest
    }

    mutating func settle(_ outcome: CheckOutcome) {
        if state != .lifted { state = State(outcome) }
    }

    mutating func lift(by exception: Int) {
        self.exception = exception
        state = .lifted
        vouches = false
        vouchesInForce = false
    }

    mutating func awaitLift() {
        mayBeLifted = true
        awaitsDigest = true
    }

    /// Nobody could look, and that is to warn at the most.
    mutating func onlyWarn() { enforcement = min(enforcement, .warn) }

    /// It does not refuse, since what was known before stands in, or it is too soon to.
    mutating func relieve() { state = .passed }

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
