public import Cryptography
public import Timestamp

/// Who has to have signed, and how much evidence there has to be of when.
public struct SigstoreRequirements: Sendable {
    public let signers: Signers
    public let evidence: SigstoreEvidence

    public enum Signers: Sendable {
        /// Any of these keys.
        case keys([TrustedKey])
        /// Holders of certificates: any of these rules.
        case identities([IdentityRule])
    }

    /// Throws an empty list: nobody is not anybody.
    public init(signers: Signers, evidence: SigstoreEvidence) throws(SigstoreRequirementsError) {
        switch signers {
        case .keys(let keys) where keys.isEmpty: throw .noKeys
        case .identities(let rules) where rules.isEmpty: throw .noIdentities
        default: break
        }
        guard [evidence.logs, evidence.timestamps, evidence.certificateLogs].allSatisfy({ $0 >= 0 }) else {
            throw .negativeThreshold
        }
        (self.signers, self.evidence) = (signers, evidence)
    }
}

/// How many independent witnesses there have to be. Each counts once, however often it testifies, and so do those that one
/// operator runs. Zero means that it is not asked for.
public struct SigstoreEvidence: Hashable, Sendable {
    /// Transparency logs that have the signature. If zero, entries are not looked at, and their times do not count.
    public var logs: Int
    /// Time stamp authorities that have seen the signature.
    public var timestamps: Int
    /// Certificate transparency logs that promised to publish the certificate; only certificates have them.
    public var certificateLogs: Int

    public init(logs: Int = 1, timestamps: Int = 0, certificateLogs: Int = 1) {
        (self.logs, self.timestamps, self.certificateLogs) = (logs, timestamps, certificateLogs)
    }
}

/// A key that is believed, at any time or only at some.
public struct TrustedKey: Hashable, Sendable {
    public let key: PublicKey
    /// Signatures of other times do not count, nor such of which no time is proved. Both ends are inside.
    public let validFor: ValidityWindow?

    public init(_ key: PublicKey, validFor: ValidityWindow? = nil) {
        (self.key, self.validFor) = (key, validFor)
    }
}

/// What a signature is wanted for.
public enum SigstoreDemand: Hashable, Sendable {
    /// That somebody stands behind the artifact: a signature over it, simple signing claims, or a statement of the type
    /// `https://sigstore.dev/cosign/sign/v1`. A statement of another type says something about it and vouches for nothing.
    case signature
    /// A statement of that type, or of any.
    case attestation(predicateType: String?)
    /// Either.
    case any
}

/// Why requirements are none.
public enum SigstoreRequirementsError: Error, Hashable, Sendable, CustomStringConvertible {
    case noKeys
    case noIdentities
    case negativeThreshold
    /// An identity that fits whoever asks for a certificate.
    case anybody
    /// Neither logs nor timestamps are asked for, and certificates need a time that is proved.
    case noProofOfTime
    case noAuthority
    case tooFewWitnesses(WitnessShortage)

    public var description: String {
        switch self {
        case .noKeys: "found no key, expected at least one"
        case .noIdentities: "found no identity, expected at least one"
        case .negativeThreshold: "found a threshold below zero, expected zero or more"
        case .anybody:
            "every issuer and every subject is accepted, so anybody could sign: name those whose signatures are believed"
        case .noProofOfTime: "neither logs nor timestamps are asked for, so nothing proves when it was signed"
        case .noAuthority: "the trusted root has no certificate authority"
        case .tooFewWitnesses(let shortage): "\(shortage)"
        }
    }
}
