import Timestamp
import Trust

/// What is wrong with a document of a collection.
enum MetadataFault: Error, Hashable, Sendable {
    case tooLarge(limit: Int)
    /// Not strict JSON, or not what such a document has.
    case malformed(String)
    case otherType(found: String, expected: String)
    /// A key is listed under another id than its own.
    case otherKeyID(String)
    /// Of the distinct keys that the role has.
    case tooFewSignatures(found: Int, threshold: Int)
    /// Nothing that the policy trusts leads to this root.
    case untrustedRoot(String)
    /// Of a root, which has to follow the one before it.
    case otherVersion(found: Int, expected: Int)
    /// Older than what was verified before.
    case rollback(found: Int, known: Int)
    case expired(Instant, now: Instant)
    /// Not the bytes that the metadata above it lists.
    case otherHash(String)
    /// The metadata above it does not list it.
    case notListed
    /// It is listed, and the server does not have it.
    case absent
    /// There was trust data before, and now the server has none.
    case vanished
    case tooManyRotations(found: Int, limit: Int)
}

extension MetadataFault {
    /// The step of verification that failed.
    var step: String {
        switch self {
        case .tooLarge: "size"
        case .malformed, .otherType: "format"
        case .otherKeyID: "key id"
        case .tooFewSignatures: "signature"
        case .untrustedRoot: "root trust"
        case .otherVersion, .tooManyRotations: "root rotation"
        case .rollback, .vanished: "rollback"
        case .expired: "expiry"
        case .otherHash: "hash"
        case .notListed, .absent: "listing"
        }
    }

    var reason: ReasonCode {
        switch self {
        case .tooLarge: .limitExceeded
        case .rollback, .vanished: .trustMetadataRolledBack
        case .expired: .trustMetadataExpired
        case .malformed, .otherType, .otherKeyID, .tooFewSignatures, .untrustedRoot, .otherVersion, .otherHash,
            .notListed, .absent, .tooManyRotations:
            .trustMetadataInvalid
        }
    }

    /// As the end of a sentence that begins with the document.
    var found: String {
        switch self {
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        case .malformed(let reason): reason
        case .otherType(let found, let expected): "it says that it is `\(found)`, expected `\(expected)`"
        case .otherKeyID(let id): "the id `\(id)` is not that of the key that it is given to"
        case .tooFewSignatures(let found, let threshold):
            "\(found) of the keys of its role have signed it, expected \(threshold)"
        case .untrustedRoot(let why): why
        case .otherVersion(let found, let expected): "it has version \(found), expected \(expected)"
        case .rollback(let found, let known): "it has version \(found), and version \(known) was verified before"
        case .expired(let time, let now):
            "it expired at \(time.rfc3339InSeconds), and it is \(now.rfc3339InSeconds)"
        case .otherHash(let function): "it has another \(function) than the metadata above it lists"
        case .notListed: "the snapshot does not list it"
        case .absent: "it is listed, and the server does not have it"
        case .vanished: "the server has none any more, and had some before"
        case .tooManyRotations(let found, let limit): "\(found) newer versions follow, expected at most \(limit)"
        }
    }

    /// Whether a newer root may say otherwise: its keys were replaced, or it was signed again.
    var mayEndWithNewRoot: Bool {
        switch self {
        case .tooFewSignatures, .expired: true
        default: false
        }
    }
}
