public import OCI
public import Timestamp
public import Trust

/// What is known about an image's digest and signatures. The evaluator looks, and says what it misses; it never asks
/// anybody.
public protocol Evidence {
    /// What the reference's tag stands for; nil if that is not known yet. Asked only for references without digest.
    func resolution(of reference: ImageReference) -> Resolution?
    /// What came of verifying that the attestor stands behind the subject; nil if that is not known yet.
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome?
    /// When that check last came to a result for that image, if it held then; nil if it did not, or nobody remembers.
    /// Asked only of checks that cannot be looked at now.
    func lastKnownGood(_ image: CheckedImage) -> Instant?
    /// That the image was admitted under that check; nil if it was not, or nobody remembers. Asked only of checks that move
    /// with time, and do not hold.
    func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission?
}

extension Evidence {
    /// Nothing is remembered.
    public func lastKnownGood(_ image: CheckedImage) -> Instant? { nil }
    /// Nothing is remembered.
    public func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission? { nil }
}

/// What a tag stands for.
public enum Resolution: Hashable, Sendable {
    case resolved(Digest)
    case violated(Refusal)
    case undetermined(Refusal)
}

/// A piece of evidence that is missing.
public enum EvidenceNeed: Hashable, Sendable {
    case resolution
    case verification(AttestorReference)
}
