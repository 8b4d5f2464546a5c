import Cryptography

/// What the logged body says wrongly. It was logged so, with promise and proof: only comparing it with the signature
/// helps (CVE-2022-23649, CVE-2026-22703).
public enum EntryLie: Sendable, Hashable, CaseIterable {
    /// The signature of someone else.
    case otherSignature
    /// The certificate or key of someone else.
    case otherVerifier
    /// The digest of something else: of the signed bytes, or of the payload.
    case otherDigest
    /// A kind of entry that says nothing about images.
    case unsupportedKind

    var orders: [SigningOrder] {
        let v1: [SigningOrder] = [.bundle(), .message(), .signatureLayer(), .attestationLayer()]
        return self == .unsupportedKind ? v1 : v1 + [.bundleV2()]
    }
}

extension EntryLie {
    func bend(_ facts: inout EntryFacts) throws {
        switch self {
        case .otherSignature: facts.signature[facts.signature.count - 1] ^= 1
        case .otherVerifier:
            switch facts.verifier {
            case .certificate(var der):
                der[der.count - 1] ^= 1
                facts.verifier = .certificate(der)
            case .key: facts.verifier = .key(try PrivateKey.generate(.ecdsaP256).subjectPublicKeyInfo)
            }
        case .otherDigest:
            facts.digest = SHA2.sha256(facts.digest)
            facts.payload.append(UInt8(ascii: " "))
            facts.envelopeDigest = SHA2.sha256(facts.envelopeDigest)
        case .unsupportedKind: facts.kind = .rekord
        }
    }
}
