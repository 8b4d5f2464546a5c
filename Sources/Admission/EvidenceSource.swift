public import OCI
public import Trust

/// Where evidence is fetched from: a registry, or recorded evidence.
public protocol EvidenceSource: Sendable {
    /// Answers before the deadline, or with `.undetermined`. Never throws: what went wrong is part of the answer.
    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched

    /// Which credentials a fetch from that repository would use. Evidence that was fetched with one identity is never used
    /// for another, since whoever may not pull an image must not learn of it.
    func credentialsIdentity(for repository: Repository) -> [UInt8]
}

/// Where the evidence that decided is kept, named by its digest.
public protocol EvidenceKeeper: Sendable {
    /// Returns once the bytes are on stable storage, or says that they are not.
    func keep(_ evidence: Fetched.Content) -> Bool
}
