import Cryptography
import StrictJSON

/// Metadata as it arrived: what it says can be followed only after the keys of a role have verified it.
struct SignedMetadata: Sendable {
    private let signed: JSONValue
    private let message: HashedMessage
    private let signatures: [Signature]

    fileprivate struct Signature: Sendable {
        let keyID: [UInt8]
        let bytes: [UInt8]
    }

    /// No metadata nests deeper than keys in delegations.
    private static let maximumDepth = 32

    /// Throws `tooLarge`, or `malformed` for what is not strict JSON, has no canonical form, or names a key twice among its
    /// signatures (section 4.2.1: a key's id must be unique there).
    init(parsing bytes: [UInt8], limit: Int) throws(TUFError.Reason) {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        let root: JSONValue
        do {
            root = try JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: limit, maximumDepth: SignedMetadata.maximumDepth)
            ).root
        } catch { throw .malformed("not strict JSON: \(error)") }
        let document = Field(value: root, path: "$")
        signed = try document["signed"].object()
        guard let canonical = signed.canonicalOLPC else {
            throw document["signed"].mistake("no numbers but whole ones")
        }
        message = HashedMessage(canonical)
        signatures = try SignedMetadata.signatures(in: document["signatures"])
    }

    /// What it says, if as many keys of the role as its threshold asks for have signed it.
    ///
    /// Keys are counted by what they are: one key under two ids is one. A signature that is no hexadecimal text, is empty, as
    /// of a key that has yet to sign, or is by a key that is not understood counts for nothing.
    func verified(by role: RoleKeys) throws(TUFError.Reason) -> VerifiedMetadata {
        var signers: Set<PublicKey> = []
        for signature in signatures {
            guard let key = role.key(of: signature.keyID) else { continue }
            if key.verify(signature.bytes, over: message) { signers.insert(key.key) }
        }
        guard signers.count >= role.threshold else {
            throw .tooFewSignatures(found: signers.count, threshold: role.threshold)
        }
        return VerifiedMetadata(signed: Field(value: signed, path: "$.signed"))
    }

    /// What it says, for people to read, and by which keys it says that it is signed.
    var claimed: (signed: VerifiedMetadata, keyIDs: [(keyID: String, isEmpty: Bool)]) {
        (unverified, signatures.map { (String(decoding: $0.keyID, as: UTF8.self), $0.bytes.isEmpty) })
    }

    private static func signatures(in field: Field) throws(TUFError.Reason) -> [Signature] {
        var signatures: [Signature] = []
        var seen: Set<[UInt8]> = []
        for element in try field.elements() {
            let keyID = try element["keyid"].text()
            guard seen.insert(keyID).inserted else {
                throw .malformed("`\(field.path)` names the key `\(String(quoting: keyID))` twice")
            }
            let text = try element["sig"].text()
            if let bytes = [UInt8](hexadecimal: text) { signatures.append(Signature(keyID: keyID, bytes: bytes)) }
        }
        return signatures
    }
}

/// What metadata says, vouched for by the keys of a role. Only `SignedMetadata` makes one.
struct VerifiedMetadata {
    let signed: Field

    fileprivate init(signed: Field) { self.signed = signed }
}

extension VerifiedMetadata {
    /// The pinned root, which is believed because somebody put it there; that it is also signed by itself is checked by
    /// whoever reads it.
    init(pinned metadata: SignedMetadata) { self = metadata.unverified }
}

extension SignedMetadata {
    fileprivate var unverified: VerifiedMetadata { VerifiedMetadata(signed: Field(value: signed, path: "$.signed")) }
}
