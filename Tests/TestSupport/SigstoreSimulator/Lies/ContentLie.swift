import Cryptography

/// What is wrong with what was signed, or with its signature.
public enum ContentLie: Sendable, Hashable, CaseIterable {
    /// It is about another image (in-toto attestation `spec/v1/statement.md`; cosign's signature specification).
    case otherArtifact
    /// Signed with a key that is not the certificate's, nor the expected one.
    case otherKey
    /// The signature differs in one bit.
    case signatureChanged
    /// The payload was changed after it was signed; what it says is the same (DSSE, `protocol.md`).
    case payloadChanged
    /// The envelope states another type of payload than was signed (DSSE, `protocol.md`).
    case otherPayloadType
    /// Signed over an encoding that states another length (DSSE, `protocol.md`).
    case wrongLength
    /// The statement is about nothing (in-toto attestation, `spec/v1/statement.md`: `subject`).
    case noSubjects
    /// The statement names the image by a digest of a function that images are not named by.
    case otherAlgorithm
    /// The digest is in upper case: digests compare as bytes.
    case upperCaseDigest
    /// The statement is of a version that nobody has defined (in-toto attestation, `spec/v1/statement.md`: `_type`).
    case unknownStatementType
    /// The payload is no JSON (CVE-2026-39395: what cannot be read is no success).
    case notJSON
    /// A statement that was honestly signed, but of another predicate than is asked for (CVE-2022-35929).
    case otherPredicateType
    /// The envelope is signed twice (`sigstore_bundle.proto`: exactly one signature).
    case twoSignatures
    /// The envelope is not signed (`sigstore_bundle.proto`: exactly one signature).
    case noSignatures

    var orders: [SigningOrder] {
        let statements: [SigningOrder] = [.bundle(), .bundleV2(), .attestationLayer()]
        let plain: [SigningOrder] = [.message(), .signatureLayer()]
        switch self {
        case .otherArtifact, .otherKey, .signatureChanged: return statements + plain
        case .payloadChanged: return statements + [.signatureLayer()]
        case .otherPayloadType, .wrongLength, .noSubjects, .otherAlgorithm, .upperCaseDigest, .unknownStatementType,
            .notJSON, .otherPredicateType, .twoSignatures, .noSignatures:
            return statements
        }
    }
}

extension ContentLie {
    func bend(subject: inout [UInt8]) {
        if self == .otherArtifact { subject.append(UInt8(ascii: "\n")) }
    }

    func bend(_ statement: inout StatementDraft, about subject: [UInt8]) {
        switch self {
        case .noSubjects: statement.subjects = []
        case .otherAlgorithm:
            statement.subjects = [(nil, ["sha384": .string(SHA2.sha384(subject).hexadecimal)])]
        case .upperCaseDigest:
            statement.subjects = [(nil, ["sha256": .string(SHA2.sha256(subject).hexadecimal.uppercased())])]
        case .unknownStatementType: statement.type = "https://in-toto.io/Statement/v9"
        case .otherPredicateType: statement.predicateType = "https://attacker.example/predicate/v1"
        default: break
        }
    }

    func bend(_ content: inout ContentDraft) {
        switch self {
        case .payloadChanged: content.bytes.append(UInt8(ascii: " "))
        case .otherPayloadType: content.payloadType = "application/vnd.attacker+json"
        case .wrongLength:
            guard let type = content.payloadType else { return }
            content.toBeSigned =
                Array("DSSEv1 \(type.utf8.count) \(type) \(content.bytes.count + 1) ".utf8) + content.bytes
        case .notJSON:
            content.bytes = Array("no statement".utf8)
            content.toBeSigned = preAuthenticationEncoding(StatementDraft.payloadType, content.bytes)
        default: break
        }
    }

    func bend(_ key: inout PrivateKey) throws {
        if self == .otherKey { key = try PrivateKey.generate(key.algorithm) }
    }

    func bend(_ content: inout SignedContent) {
        switch self {
        case .signatureChanged:
            content.signature[content.signature.count - 1] ^= 1
            content.envelope?.signatures = [content.signature]
        case .twoSignatures: content.envelope?.signatures.append(content.signature)
        case .noSignatures: content.envelope?.signatures = []
        default: break
        }
    }
}
