public import OCI
public import Timestamp
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

extension PolicySet {
    /// What a check that has a last known good result asks at that time, as `CheckedImage` has it; nil if it has none.
    public func rememberedQuestion(of check: PolicyCheck, at now: Instant) -> Digest? {
        guard case .lastKnownGood(_, let text) = check.onUndetermined else { return nil }
        return question(of: check.check, writtenAs: text, at: now)
    }

    /// What all checks ask at that time whose results are remembered.
    ///
    /// Whether a result still holds is only noticed while its question is asked. So what is remembered of a question ends
    /// when no check asks it any more: it may have been answered otherwise meanwhile.
    public func rememberedQuestions(at now: Instant) -> Set<Digest> {
        var questions: Set<Digest> = []
        for check in policies.flatMap(\.checks) {
            if let question = rememberedQuestion(of: check, at: now) { questions.insert(question) }
            guard case .warn(_, let text) = check.alreadyAdmitted else { continue }
            questions.insert(question(of: check.check, writtenAs: text, at: now))
        }
        return questions
    }

    /// Of what was written, and of the attestors whose word counts at that time, once for each place of the check. Whenever
    /// an entry stops counting the list gets shorter, so no result outlives the entry that it may rest on.
    func question(of check: any Check, writtenAs text: Digest, at now: Instant) -> Digest {
        var bytes = Array("dockgate check 1\n".utf8) + text.bytes
        for attestor in check.attestors(at: now) { bytes += self[attestor]?.fingerprint.bytes ?? [] }
        return Digest.sha256(of: bytes)
    }
}
