/// A step of Sigstore's verification, in the order in which they are taken, roughly that of the client specification: what a log
/// says is looked at before the certificate is read.
public enum SigstoreStep: String, CaseIterable, Hashable, Sendable {
    /// The bundle, layer or envelope cannot be read, or its version forbids what it has.
    case format
    /// The artifact is not the one that is signed.
    case artifact
    /// The log is not trusted, or was not at that time.
    case log
    /// The entry is about something else: another artifact, signature or signer, or of a kind that is not understood.
    case logEntry
    /// The log's promise to include the entry: Rekor v1's signed entry timestamp.
    case inclusionPromise
    /// The signed tree head that the proof leads to.
    case checkpoint
    case inclusionProof
    case logThreshold
    /// The certificate cannot be read, or there is a key where a certificate has to be, or the other way round.
    case certificate
    /// An RFC 3161 timestamp.
    case timestamp
    case timestampThreshold
    /// There is no time at which it is proved to have been signed, or the key was not believed then.
    case signingTime
    case chain
    /// The promise of a certificate transparency log.
    case certificateTransparency
    case identity
    case signature
    /// What the statement or payload says, once a trusted key has signed it.
    case statement
    case predicateType
}

/// Why one signature does not count: the step that failed, and what was found there.
public struct SigstoreRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let step: SigstoreStep
    /// A clause for a person, without a full stop.
    public let found: String

    init(_ step: SigstoreStep, _ found: String) {
        (self.step, self.found) = (step, found)
    }

    public var description: String { "\(step.rawValue): \(found)" }
}
