import TestSupport

/// What somebody has tried on a verifier of signatures, each with the lies that try it on this one.
enum Finding: CaseIterable {
    case unreadableContent, otherContent, otherStatement
    case otherTime, unprovedTime, timestamp
    case splicedEntry, promise, proof, checkpoint, countedTwice
    case certificatePromise, certificateUse, authority, certificateName, issuers
    case bundleRules, bundleVersion, encoding, trustedWindow

    /// Each lie is one finding.
    var lies: [Lie] { Lie.allCases.filter { $0.finding == self } }
}

extension Lie {
    var finding: Finding {
        switch self {
        case .certificate(let lie): lie.finding
        case .promise: .certificatePromise
        case .content(let lie): lie.finding
        case .entry: .splicedEntry
        case .log(let lie): lie.finding
        case .timestamp(.missing): .countedTwice
        case .timestamp(.beforeCertificate), .timestamp(.afterCertificate): .otherTime
        case .timestamp: .timestamp
        case .bundle(let lie): lie.finding
        case .trust(let lie): lie.finding
        }
    }
}

extension CertificateLie {
    fileprivate var finding: Finding {
        switch self {
        case .intermediateExpired, .rootExpired, .expired, .notYetValid: .otherTime
        case .otherUse, .noUse, .noDigitalSignature, .isAuthority, .unknownCriticalExtension: .certificateUse
        case .strangeAuthority, .intermediateForOtherUse, .intermediateNoAuthority, .intermediateCannotSign,
            .pathTooLong, .nameExcluded, .wrongSignature:
            .authority
        case .twoNames, .noName, .otherName: .certificateName
        case .issuersDisagree, .otherIssuer: .issuers
        }
    }
}

extension ContentLie {
    fileprivate var finding: Finding {
        switch self {
        case .noSubjects, .unknownStatementType, .notJSON, .otherPayloadType, .wrongLength, .twoSignatures,
            .noSignatures:
            .unreadableContent
        case .otherArtifact, .otherKey, .signatureChanged, .payloadChanged, .otherAlgorithm, .upperCaseDigest:
            .otherContent
        case .otherPredicateType: .otherStatement
        }
    }
}

extension LogLie {
    fileprivate var finding: Finding {
        switch self {
        case .strangeLog, .otherLogID, .otherKind, .promiseByOtherKey, .promiseOverOtherBody, .otherTime, .otherIndex,
            .indexesDisagree:
            .promise
        case .promiseMissing, .proofMissing: .bundleRules
        case .noProvenTime: .unprovedTime
        case .beforeCertificate, .afterCertificate: .otherTime
        case .proofOfOtherLeaf, .otherHash, .tooFewHashes, .tooManyHashes, .indexBeyondTree, .emptyTree, .otherRootHash,
            .otherTreeSize:
            .proof
        case .checkpointMissing, .checkpointOfOtherTree, .checkpointWithOtherRoot, .checkpointWithOtherSize,
            .checkpointByOtherKey, .checkpointByStranger, .checkpointOfOtherOrigin, .checkpointUnsigned,
            .checkpointWithLeadingZero, .checkpointWithPlus, .checkpointWithoutBlankLine:
            .checkpoint
        case .repeatedEntry: .countedTwice
        }
    }
}

extension BundleLie {
    fileprivate var finding: Finding {
        switch self {
        case .unknownMediaType, .noMediaType: .bundleVersion
        case .urlSafeBase64, .brokenBase64: .encoding
        case .otherDigest: .otherContent
        case .unknownMember, .repeatedMember, .chainInsteadOfLeaf, .rootInChain, .noVerifier, .twoVerifiers,
            .twoContents, .noContent, .noEntries:
            .bundleRules
        }
    }
}

extension TrustLie {
    fileprivate var finding: Finding {
        switch self {
        case .noLog, .otherLogKey: .promise
        case .noCertificateLog, .otherCertificateLogKey: .certificatePromise
        case .noAuthority: .authority
        case .noTimestampAuthority: .timestamp
        case .logEnded, .logNotBegun, .logWithoutStart, .authorityEnded, .authorityNotBegun, .certificateLogEnded,
            .timestampAuthorityEnded, .timestampAuthorityNotBegun:
            .trustedWindow
        }
    }
}
