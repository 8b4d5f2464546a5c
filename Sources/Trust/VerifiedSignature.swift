public import OCI
public import Timestamp

/// A signature or an attestation that holds: who made it, and what else is known of it.
public struct VerifiedSignature: Hashable, Sendable {
    public let signer: Signer
    /// Where it was found; nil if nobody says.
    public let source: SignatureSource?
    /// When it was made at the latest, as a log or an authority for timestamps has it; nil if neither was asked.
    public let signedAt: Instant?
    /// The transparency logs that have recorded it.
    public let records: [LogRecord]
    /// What an attestation says; nil for a signature.
    public let statement: VerifiedStatement?

    public init(
        by signer: Signer, source: SignatureSource? = nil, signedAt: Instant? = nil, records: [LogRecord] = [],
        statement: VerifiedStatement? = nil
    ) {
        self.signer = signer
        self.source = source
        self.signedAt = signedAt
        self.records = records
        self.statement = statement
    }

    /// One record of a transparency log.
    public struct LogRecord: Hashable, Sendable {
        /// The log's name, as its trusted material has it.
        public let log: String
        public let index: UInt64

        public init(log: String, index: UInt64) {
            self.log = log
            self.index = index
        }
    }
}

/// Where a signature was found.
public enum SignatureSource: Hashable, Sendable, CustomStringConvertible {
    /// A tag that is derived from the image's digest.
    case tag(String)
    /// A manifest that refers to the image, by its digest.
    case referrer(Digest)
    /// A role of a trusted collection that names the image: `targets/releases`.
    case role(String)

    public var description: String {
        switch self {
        case .tag(let tag): "tag \(tag)"
        case .referrer(let digest): "referrer \(digest)"
        case .role(let role): "role \(role)"
        }
    }
}
