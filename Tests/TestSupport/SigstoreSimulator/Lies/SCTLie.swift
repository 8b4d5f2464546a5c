import Cryptography
import Timestamp

/// What is wrong with the promise of the certificate log that stands in the certificate (RFC 6962 section 3.2).
public enum SCTLie: Sendable, Hashable, CaseIterable {
    /// There is none: certificates of Fulcio need one.
    case missing
    /// By a log that is not in the trusted root (RFC 6962 section 3.2: `id`).
    case unknownLog
    /// In the name of the log, by another key (RFC 6962 section 3.2: `digitally-signed`).
    case otherKey
    /// For a certificate that differs in one bit (RFC 6962 section 3.2: `tbs_certificate`).
    case otherCertificate
    /// For a certificate by another issuer (RFC 6962 section 3.2: `issuer_key_hash`).
    case otherIssuer
    /// From before the log was trusted (trusted root, `validFor`).
    case beforeWindow
    /// Of a version that nobody has defined (RFC 6962 section 3.2: `sct_version`).
    case otherVersion
    /// The extensions of the promise are not those that were signed (RFC 6962 section 3.2: `extensions`).
    case otherExtensions
    /// The list stands in the certificate twice, and which one counts is open (RFC 5280 section 4.2).
    case repeatedList
    /// The list ends within its promise (RFC 6962 section 3.3).
    case truncatedList
}

extension SCTLie {
    func bend(_ promise: inout SCTDraft, windowStart: Instant) throws {
        switch self {
        case .unknownLog:
            promise.key = try PrivateKey.generate(.ecdsaP256)
            promise.logID = promise.key.publicKey.fingerprint
        case .otherKey: promise.key = try PrivateKey.generate(.ecdsaP256)
        case .otherCertificate: promise.toBeSigned[promise.toBeSigned.count - 1] ^= 1
        case .otherIssuer: promise.issuerKeyHash[0] ^= 1
        case .beforeWindow: promise.time = windowStart - .seconds(1)
        case .otherVersion: promise.version = 1
        case .missing, .otherExtensions, .repeatedList, .truncatedList: break
        }
    }

    /// `sct` is as TLS encodes it.
    func bend(_ sct: inout [UInt8]) {
        // The extensions begin behind version, log and time, with their length: make it one byte more than none.
        if self == .otherExtensions { sct.replaceSubrange(41..<43, with: [0, 1, 0x2a]) }
    }

    func bend(_ leaf: inout CertificateDraft) {
        guard let list = leaf.extensions.last, list.oid == KnownOID.sctList else { return }
        switch self {
        case .missing: leaf.removeExtension(KnownOID.sctList)
        case .repeatedList: leaf.extensions.append(list)
        case .truncatedList:
            let bytes = DER.content(of: list.value)
            leaf.set(CertificateExtension(KnownOID.sctList, DER.octetString(bytes.dropLast())))
        case .unknownLog, .otherKey, .otherCertificate, .otherIssuer, .beforeWindow, .otherVersion, .otherExtensions:
            break
        }
    }
}
