import PolicyEngine
import Timestamp
import Trust

/// How long evidence counts before it is looked for anew. Policies are evaluated afresh on every request, whatever is
/// cached.
public struct EvidenceLifetimes: Sendable {
    /// What a tag stands for. Pods of one roll-out come within seconds of each other; a tag that moves is seen soon after.
    public var resolution: Duration = .seconds(10)
    /// A signature that held. It is bound to a digest and to the attestor's keys, so only its withdrawal can change it.
    public var passed: Duration = .seconds(15 * 60)
    /// Attestations that held. What there is stays as true, but one of another type, which a policy asks for, may come soon
    /// after.
    public var attested: Duration = .seconds(60)
    /// A signature that is missing or wrong. Short, so that whoever signs and tries again is let in.
    public var violated: Duration = .seconds(10)
    /// What could not be looked at. One request a second reaches a registry that is down, however many are refused.
    public var undetermined: Duration = .seconds(1)
    /// Fetched bytes, so that several attestors share one fetch.
    public var fetched: Duration = .seconds(10)

    /// The lifetimes of a gate; a test may change one.
    public init() {}

    /// The same, and no longer than what the outcome rests on counts: trust data expires. What had expired by `now` is kept
    /// for nobody.
    func lifetime(of outcome: VerificationOutcome, for claim: Claim, until end: Instant?, from now: Instant) -> Duration
    {
        let lifetime = lifetime(of: outcome, for: claim)
        return end.map { min(lifetime, max(.zero, $0 - now)) } ?? lifetime
    }

    /// Where something could not be looked at, that soon has another try, whatever else passed.
    func lifetime(of outcome: VerificationOutcome, for claim: Claim) -> Duration {
        switch outcome {
        case .passed(_, unseen: .some): undetermined
        case .passed: claim == .attestation ? attested : passed
        case .violated: violated
        case .undetermined: undetermined
        }
    }

    func lifetime(of resolved: Resolution) -> Duration {
        switch resolved {
        case .resolved: resolution
        case .violated: violated
        case .undetermined: undetermined
        }
    }

    func lifetime(of answer: Fetched) -> Duration {
        switch answer {
        case .found, .absent, .violated: fetched
        case .undetermined: undetermined
        }
    }
}
