public import OCI
public import Trust

/// One check of one image, as it is remembered: whatever else changes in the policies, this is the same question.
public struct CheckedImage: Hashable, Sendable {
    /// The digest, in the repository where the evidence about it is looked for.
    public let subject: Subject
    /// What is asked: what was written of the check, and whom it believes at that time. A key that was exchanged, or an
    /// attestor that no longer counts, makes it another question.
    public let check: Digest

    public init(subject: Subject, check: Digest) {
        self.subject = subject
        self.check = check
    }

    /// - Parameter attestors: those whose word counts at that time, once for each place of the check. Whenever an entry
    ///   stops counting the list gets shorter, so no result outlives the entry that it may rest on.
    init(_ subject: Subject, writtenAs text: Digest, believing attestors: [any Attestor]) {
        var bytes = Array("dockgate check 1\n".utf8) + text.bytes
        for attestor in attestors { bytes += attestor.fingerprint.bytes }
        self.init(subject: subject, check: Digest.sha256(of: bytes))
    }

    /// Of what tells them apart most of the time.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(subject.digest)
        hasher.combine(check)
    }
}

/// What a check came to when it could be looked at, to be remembered for a time when nobody can look.
public struct DeterminedResult: Hashable, Sendable {
    public let image: CheckedImage
    /// Else it was violated.
    public let hasPassed: Bool
    /// How long it may be of use.
    public let period: Duration

    public init(image: CheckedImage, hasPassed: Bool, period: Duration) {
        self.image = image
        self.hasPassed = hasPassed
        self.period = period
    }
}
