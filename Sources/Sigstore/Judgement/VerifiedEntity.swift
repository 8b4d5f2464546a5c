public import Cryptography
public import Timestamp
public import Trust

/// A signature of which everything was verified. Only `SigstoreVerifier` makes one.
public struct VerifiedEntity: Sendable {
    /// As thresholds count signers.
    public let signer: Signer
    /// The key that made the signature: a trusted one, or that of the certificate.
    public let key: PublicKey
    /// What the certificate says; nil for a trusted key.
    public let identity: CertificateIdentity?
    /// The log entries that are about it, in the order of the bundle; none if logs were not asked for.
    public let entries: [VerifiedLogEntry]
    /// When it is proved to have existed, in the order of the entries and then of the timestamps.
    public let times: [SigningTime]
    public let claim: Claim

    /// What it says.
    public enum Claim: Sendable {
        /// That it is about the artifact, and no more.
        case artifact
        case statement(InTotoStatement)
        case image(ImageClaim)
    }

    /// What a simple signing payload says besides the digest, which was compared.
    public struct ImageClaim: Hashable, Sendable {
        /// As written: the name that the image was signed under. Whether that is the right one is not judged here.
        public let dockerReference: String
    }
}

/// An entry of which promise or proof, and what it is about, were verified.
public struct VerifiedLogEntry: Hashable, Sendable {
    public let logID: [UInt8]
    public let logName: String
    public let index: Int
    /// Nil if the log has not signed one.
    public let integratedTime: Instant?
    /// Whether it is proved to be in the log, not only promised.
    public let isIncluded: Bool
}

/// A time at which a signature existed, by somebody's word.
public struct SigningTime: Hashable, Sendable {
    public let time: Instant
    public let source: Source

    public enum Source: Hashable, Sendable {
        case log(name: String)
        case authority(name: String)
    }
}

extension VerifiedEntity {
    /// The statement, if it is one.
    public var statement: InTotoStatement? {
        guard case .statement(let statement) = claim else { return nil }
        return statement
    }
}
