import Cryptography
import Timestamp

/// What is wrong with the timestamp (RFC 3161), or with who made it.
public enum TimestampLie: Sendable, Hashable, CaseIterable {
    /// By an authority of the same names that is not in the trusted root (RFC 3161 section 2.2).
    case strangeAuthority
    /// Its certificate is not for timestamping (RFC 3161 section 2.3).
    case otherUse
    /// Its certificate does not say critically that it is for timestamping (RFC 3161 section 2.3; CVE-2026-39984).
    case usageNotCritical
    /// Its certificate is for something else too (RFC 3161 section 2.3).
    case twoUses
    /// Its certificate ended before it made the timestamp (RFC 3161 section 4.1).
    case signerExpired

    /// There is none, and the log states no time (Rekor v2: nothing else proves it).
    case missing
    /// Of other bytes than the signature (RFC 3161 section 2.4.2: `messageImprint`).
    case otherBytes
    /// Of a SHA-1 digest (Sigstore's client specification: SHA-256, SHA-384 or SHA-512).
    case weakImprint
    /// From before the certificate of who signed (Sigstore's client specification: valid at every proven time).
    case beforeCertificate
    /// From after the end of the certificate of who signed (as before).
    case afterCertificate
    /// The authority says that it refused (RFC 3161 section 2.4.2).
    case refused
    /// The content is no TSTInfo (RFC 3161 section 2.4.2).
    case otherContentType
    /// The signed attribute names another type of content (RFC 5652 section 11.1).
    case otherStatedContentType
    /// The signed digest is not that of the content (RFC 5652 section 11.2).
    case otherDigest
    /// The signed attribute names the certificate of someone else (RFC 5816 section 2.2.1).
    case otherCertificate
    /// No signed attribute names the certificate (RFC 5816 section 2.2.1).
    case noCertificate
    /// The signature is of other bytes (RFC 5652 section 5.4).
    case wrongSignature
    /// Two signatures (RFC 3161 section 2.4.2: one).
    case twoSignatures
    /// Bytes after the end: it is one DER structure (RFC 3161 section 2.4.2).
    case trailingBytes

    var orders: [SigningOrder] {
        // Where a log states the time too, a timestamp may be missing.
        if self == .missing { return [.bundleV2()] }
        return [.bundleV2(), .signatureLayer().timestamped, .attestationLayer().timestamped]
    }
}

extension TimestampLie {
    func bend(_ authority: inout SimulatedTimestampAuthority, from start: Instant, at time: Instant) throws {
        switch self {
        case .strangeAuthority: authority = try SimulatedTimestampAuthority(from: start)
        case .otherUse:
            try authority.reissueSigner {
                $0.set(.extendedKeyUsage(KnownOID.codeSigning, isCritical: true))
            }
        case .usageNotCritical:
            try authority.reissueSigner { $0.set(.extendedKeyUsage(KnownOID.timeStamping)) }
        case .twoUses:
            try authority.reissueSigner {
                $0.set(
                    .extendedKeyUsage(
                        KnownOID.timeStamping, KnownOID.codeSigning, isCritical: true))
            }
        case .signerExpired: try authority.reissueSigner { $0.notAfter = time - .seconds(3_600) }
        default: break
        }
    }

    func bend(_ token: inout TimestampDraft) {
        switch self {
        case .otherBytes: token.imprint[0] ^= 1
        case .weakImprint:
            token.imprintAlgorithm = TimestampDraft.sha1
            token.imprint = Array(token.imprint.prefix(20))
        case .beforeCertificate: token.time = token.time - .seconds(60)
        case .afterCertificate: token.time = token.time + .seconds(660)
        case .refused: token.status = 2
        case .otherContentType:
            token.contentType = TimestampDraft.data
            token.statedContentType = TimestampDraft.data
        case .otherStatedContentType: token.statedContentType = TimestampDraft.data
        case .otherDigest: token.statedDigest = SHA2.sha256(token.imprint)
        case .otherCertificate: token.statedCertificate = token.signer.der + [0]
        case .noCertificate: token.statedCertificate = []
        case .wrongSignature: token.signatureIsChanged = true
        case .twoSignatures: token.signerInfoCount = 2
        case .strangeAuthority, .otherUse, .usageNotCritical, .twoUses, .signerExpired, .missing, .trailingBytes: break
        }
    }

    func bend(_ tokens: inout [[UInt8]]) {
        switch self {
        case .missing: tokens = []
        case .trailingBytes: tokens[0].append(0)
        default: break
        }
    }
}
