public import PolicyEngine

/// What the gate decides by: the policies in force and its stance towards what they leave open.
public struct GateRules: Sendable {
    public let policies: PolicySet
    /// What happens to an image that nobody vouches for.
    public let notVouched: Enforcement
    public let mode: GateMode

    public init(policies: PolicySet, notVouched: Enforcement = .deny, mode: GateMode = .enforce) {
        self.policies = policies
        self.notVouched = notVouched
        self.mode = mode
    }
}
