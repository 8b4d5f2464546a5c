import Cryptography
import StrictJSON
import Timestamp

/// A document as it arrived: what it says can be followed only after the keys of a role have verified it.
struct SignedDocument: Sendable {
    let bytes: [UInt8]
    fileprivate let signed: MetadataField
    private let message: HashedMessage
    private let signatures: [Signature]

    private struct Signature: Sendable {
        let keyID: String
        let method: String
        let bytes: [UInt8]
    }

    /// Throws `tooLarge`, or `malformed` for what is not strict JSON or has no canonical form.
    init(parsing bytes: [UInt8], limit: Int) throws(MetadataFault) {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        let limits = JSONLimits(
            maximumBytes: limit, maximumDepth: ContentTrustLimits.depth, maximumValues: ContentTrustLimits.values)
        let root: JSONValue
        do { root = try JSONDocument(parsing: bytes, limits: limits).root } catch {
            throw .malformed("not strict JSON: \(error)")
        }
        let document = MetadataField(value: root, path: "$")
        signed = document["signed"]
        guard let canonical = try signed.object().canonicalOLPC else {
            throw signed.mistake("no numbers but whole ones")
        }
        self.bytes = bytes
        message = HashedMessage(canonical)
        signatures = try SignedDocument.signatures(in: document["signatures"])
    }

    /// What it says, if as many keys of the role as its threshold asks for have signed it. Keys are counted by what they are:
    /// one key under two ids, or with two signatures, is one.
    func verified(by role: RoleKeys, as type: String) throws(MetadataFault) -> VerifiedDocument {
        let signers = signers(among: role.keys)
        guard signers.count >= role.threshold else {
            throw .tooFewSignatures(found: signers.count, threshold: role.threshold)
        }
        return try VerifiedDocument(self, as: type, by: role, signers: signers)
    }

    /// Which of the keys have signed it, in their order.
    func signers(among keys: [CollectionKey]) -> [PublicKey] {
        var signers: [PublicKey] = []
        for key in keys where !signers.contains(key.key) {
            let isSigned = signatures.contains { signature in
                signature.keyID.isSpelled(key.id)
                    && key.verify(signature.bytes, method: signature.method, over: message)
            }
            if isSigned { signers.append(key.key) }
        }
        return signers
    }

    /// A signature that is no Base64 counts for nothing.
    private static func signatures(in field: MetadataField) throws(MetadataFault) -> [Signature] {
        var signatures: [Signature] = []
        for element in try field.elements(limit: ContentTrustLimits.signatures) {
            let (keyID, method) = (try element["keyid"].text(), try element["method"].text())
            _ = try element["sig"].text()
            guard let bytes = try? element["sig"].base64() else { continue }
            signatures.append(Signature(keyID: keyID, method: method, bytes: bytes))
        }
        return signatures
    }
}

/// What a document says, vouched for by the keys of a role.
struct VerifiedDocument: Sendable {
    let signed: MetadataField
    let version: Int
    let expires: Instant
    let keys: RoleKeys
    let signers: [PublicKey]
    let bytes: [UInt8]

    fileprivate init(
        _ document: SignedDocument, as type: String, by keys: RoleKeys, signers: [PublicKey]
    ) throws(MetadataFault) {
        signed = document.signed
        let found = try signed["_type"].text()
        guard found.isSpelled(type) else { throw .otherType(found: String(quoting: found), expected: type) }
        version = try signed["version"].number(from: 1)
        expires = try signed["expires"].time()
        (self.keys, self.signers, bytes) = (keys, signers, document.bytes)
    }

    /// Throws `expired` from the very moment on.
    func checkExpiry(at now: Instant) throws(MetadataFault) {
        guard now < expires else { throw .expired(expires, now: now) }
    }
}

extension SignedDocument {
    /// What it names, where it is known from before that it was verified.
    func claimedTargets(under paths: [String]) -> [ListedContent] {
        ((try? signed["targets"].members()) ?? []).compactMap { tag, field in
            guard paths.contains(where: { tag.utf8.starts(with: $0.utf8) }) else { return nil }
            return try? ListedContent(field)
        }
    }

    /// A root says itself which keys speak for it.
    func verifiedByItself() throws(MetadataFault) -> VerifiedDocument {
        let own = try RoleKeys(signed["roles"]["root"], among: try KeyList(signed["keys"]))
        return try verified(by: own, as: "Root")
    }
}
