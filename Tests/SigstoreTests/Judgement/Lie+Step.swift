import Sigstore
import TestSupport

extension Lie {
    /// Where it has to be found out.
    func verdict(in order: SigningOrder) -> Verdict {
        switch self {
        case .certificate(let lie): .refused(lie.step)
        // A certificate with an extension twice is none.
        case .promise(.repeatedList): .refused(.chain)
        case .promise: .refused(.certificateTransparency)
        case .content(let lie): .refused(lie.step)
        case .entry: .refused(.logEntry)
        case .log(let lie): .refused(lie.step)
        case .timestamp(let lie): .refused(lie.step)
        case .bundle(let lie): .refused(lie.step)
        case .trust(let lie): lie.verdict
        }
    }
}

extension Lie {
    /// Whether it makes a difference to signatures by a key that needs neither a certificate nor a proof of when.
    var concernsKeys: Bool {
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
    fileprivate var step: SigstoreStep {
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
    fileprivate var step: SigstoreStep {
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
    fileprivate var step: SigstoreStep {
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
    fileprivate var step: SigstoreStep {
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
    fileprivate var step: SigstoreStep {
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
    fileprivate var verdict: Verdict {
        switch self {
        case .logWithoutStart, .otherLogKey, .otherCertificateLogKey: .untrusted
        case .logEnded, .logNotBegun, .noLog: .refused(.log)
        case .authorityEnded, .authorityNotBegun, .noAuthority: .refused(.chain)
        case .certificateLogEnded, .noCertificateLog: .refused(.certificateTransparency)
        case .timestampAuthorityEnded, .timestampAuthorityNotBegun, .noTimestampAuthority: .refused(.timestamp)
        }
    }
}
