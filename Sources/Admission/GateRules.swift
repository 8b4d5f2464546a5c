public import PolicyEngine

/// What the gate decides by: the policies in force and its stance towards what they leave open.
public struct GateRules: Sendable {
    /// All documents that are in force, as one value.
    public let policies: PolicySet
    /// What happens to an image that nobody vouches for.
    public let notVouched: Enforcement
    /// Whether what is refused is refused to the caller, or only recorded.
    public let mode: GateMode

    /// What is not said is strict.
    public init(policies: PolicySet, notVouched: Enforcement = .deny, mode: GateMode = .enforce) {
        self.policies = policies
        self.notVouched = notVouched
        self.mode = mode
    }
}
