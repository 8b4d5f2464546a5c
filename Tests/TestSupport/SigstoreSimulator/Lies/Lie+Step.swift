/// Where a signature is refused, by the words of `docs/SIGSTORE.md`.
public enum RefusedStep: String, Sendable, Hashable {
    case format, artifact, certificate, log, logEntry, inclusionPromise, checkpoint, inclusionProof, logThreshold
    case timestamp, signingTime, chain, certificateTransparency, identity, signature, statement, predicateType

    /// The reason with which an image is refused whose only signature fails there.
    public var reason: String {
        switch self {
        case .format, .statement: "signature-malformed"
        case .artifact: "signature-for-other-image"
        case .certificate, .chain, .certificateTransparency: "certificate-invalid"
        case .log, .logEntry, .inclusionPromise, .checkpoint, .inclusionProof, .logThreshold: "log-entry-invalid"
        case .timestamp, .signingTime: "timestamp-invalid"
        case .identity: "identity-untrusted"
        case .signature: "signature-invalid"
        case .predicateType: "signature-missing"
        }
    }
}

extension Lie {
    /// Where it has to be found out; nil if the trusted root cannot be read.
    public var refusedStep: RefusedStep? {
        switch self {
        case .certificate(let lie): lie.step
        // A certificate with an extension twice is none.
        case .promise(.repeatedList): .chain
        case .promise: .certificateTransparency
        case .content(let lie): lie.step
        case .entry: .logEntry
        case .log(let lie): lie.step
        case .timestamp(let lie): lie.step
        case .bundle(let lie): lie.step
        case .trust(let lie): lie.step
        }
    }

    /// Whether the trusted root that is left has nobody who could vouch for any signature at all.
    public var leavesNobody: Bool {
        switch self {
        case .trust(.noLog), .trust(.noAuthority), .trust(.noCertificateLog): true
        default: false
        }
    }
}

extension Lie {
    /// Whether it makes a difference to signatures by a key that needs neither a certificate nor a proof of when.
    public var concernsKeys: Bool {
        switch self {
        case .content, .entry: true
        case .log(.noProvenTime), .log(.beforeCertificate), .log(.afterCertificate): false
        case .log: true
        case .timestamp(.missing), .timestamp(.beforeCertificate), .timestamp(.afterCertificate): false
        case .timestamp: true
        case .bundle(.unknownMember), .bundle(.twoContents), .bundle(.noContent), .bundle(.otherDigest),
            .bundle(.noEntries):
            true
        case .trust(.logEnded), .trust(.logNotBegun), .trust(.noLog), .trust(.noTimestampAuthority): true
        case .certificate, .promise, .bundle, .trust: false
        }
    }
}

extension CertificateLie {
    fileprivate var step: RefusedStep {
        switch self {
        case .strangeAuthority, .intermediateExpired, .rootExpired, .intermediateForOtherUse, .intermediateNoAuthority,
            .intermediateCannotSign, .pathTooLong, .nameExcluded, .expired, .notYetValid, .otherUse, .noUse,
            .noDigitalSignature, .isAuthority, .unknownCriticalExtension, .wrongSignature:
            .chain
        case .twoNames, .noName, .issuersDisagree, .otherName, .otherIssuer: .identity
        }
    }
}

extension ContentLie {
    fileprivate var step: RefusedStep {
        switch self {
        case .otherArtifact, .otherAlgorithm, .upperCaseDigest: .artifact
        case .otherKey, .signatureChanged, .payloadChanged, .otherPayloadType, .wrongLength: .signature
        case .noSubjects, .unknownStatementType, .notJSON: .statement
        case .otherPredicateType: .predicateType
        case .twoSignatures, .noSignatures: .format
        }
    }
}

extension LogLie {
    fileprivate var step: RefusedStep {
        switch self {
        case .strangeLog, .otherLogID: .log
        case .otherKind: .logEntry
        case .promiseByOtherKey, .promiseOverOtherBody, .otherTime, .otherIndex: .inclusionPromise
        case .promiseMissing, .proofMissing, .checkpointMissing, .repeatedEntry: .format
        case .noProvenTime: .signingTime
        case .beforeCertificate, .afterCertificate: .chain
        case .proofOfOtherLeaf, .otherHash, .tooFewHashes, .tooManyHashes, .indexBeyondTree, .emptyTree, .otherTreeSize,
            .indexesDisagree, .checkpointWithOtherSize:
            .inclusionProof
        case .otherRootHash, .checkpointOfOtherTree, .checkpointWithOtherRoot, .checkpointByOtherKey,
            .checkpointByStranger, .checkpointOfOtherOrigin, .checkpointUnsigned, .checkpointWithLeadingZero,
            .checkpointWithPlus, .checkpointWithoutBlankLine:
            .checkpoint
        }
    }
}

extension TimestampLie {
    fileprivate var step: RefusedStep {
        switch self {
        case .missing: .signingTime
        case .beforeCertificate, .afterCertificate: .chain
        case .strangeAuthority, .otherUse, .usageNotCritical, .twoUses, .signerExpired, .otherBytes, .weakImprint,
            .refused, .otherContentType, .otherStatedContentType, .otherDigest, .otherCertificate, .noCertificate,
            .wrongSignature, .twoSignatures, .trailingBytes:
            .timestamp
        }
    }
}

extension BundleLie {
    fileprivate var step: RefusedStep {
        switch self {
        case .otherDigest: .artifact
        case .noEntries: .logThreshold
        case .rootInChain: .certificate
        case .unknownMediaType, .noMediaType, .unknownMember, .repeatedMember, .chainInsteadOfLeaf,
            .noVerifier, .twoVerifiers, .twoContents, .noContent, .urlSafeBase64, .brokenBase64:
            .format
        }
    }
}

extension TrustLie {
    fileprivate var step: RefusedStep? {
        switch self {
        case .logWithoutStart, .otherLogKey, .otherCertificateLogKey: nil
        case .logEnded, .logNotBegun, .noLog: .log
        case .authorityEnded, .authorityNotBegun, .noAuthority: .chain
        case .certificateLogEnded, .noCertificateLog: .certificateTransparency
        case .timestampAuthorityEnded, .timestampAuthorityNotBegun, .noTimestampAuthority: .timestamp
        }
    }
}
