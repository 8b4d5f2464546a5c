public import Cryptography

/// A checkpoint (C2SP tlog-checkpoint) with the signatures of a note (C2SP signed-note), before it is signed.
public struct CheckpointDraft: Sendable {
    public var origin: String
    /// Decimal, unless a lie writes it otherwise.
    public var size: String
    public var rootHash: [UInt8]
    /// Lines behind the root hash.
    public var extensions: [String] = []
    public var signers: [NoteSigner]
    /// What stands between the text and the signatures.
    public var separator = "\n"

    public init(origin: String, tree: SimulatedTree, signers: [NoteSigner]) {
        (self.origin, size, rootHash, self.signers) = (origin, String(tree.size), tree.root, signers)
    }

    /// What is signed.
    public var text: String {
        ([origin, size, Base64.encode(rootHash)] + extensions).map { $0 + "\n" }.joined()
    }

    public func signed() throws -> String {
        try text + separator + signers.map { try $0.line(over: text) }.joined()
    }
}

/// Who signs a note, under which name and with which key id.
public struct NoteSigner: Sendable {
    public var name: String
    public var keyID: [UInt8]
    public var key: PrivateKey
    /// A cosignature by a witness (C2SP tlog-cosignature), made at that second.
    public var witnessedAt: Int?

    /// Rekor v1: the first bytes of SHA-256 over the key.
    public static func rekorV1(_ key: PrivateKey, name: String) -> NoteSigner {
        NoteSigner(name: name, keyID: Array(key.publicKey.fingerprint.prefix(4)), key: key)
    }

    /// An Ed25519 key (type 1) by C2SP signed-note.
    public static func ed25519(_ key: PrivateKey, name: String) throws -> NoteSigner {
        NoteSigner(name: name, keyID: Array(try longKeyID(key, name: name, type: 1).prefix(4)), key: key)
    }

    /// A witness with an Ed25519 key (type 4).
    public static func witness(_ key: PrivateKey, name: String, at seconds: Int) throws -> NoteSigner {
        let id = try longKeyID(key, name: name, type: 4)
        return NoteSigner(name: name, keyID: Array(id.prefix(4)), key: key, witnessedAt: seconds)
    }

    /// SHA-256 over name, newline, type and key: the whole is the log's id in a trusted root.
    public static func longKeyID(_ key: PrivateKey, name: String, type: UInt8) throws -> [UInt8] {
        SHA2.sha256(Array(name.utf8) + [0x0a, type] + (try key.subjectPublicKeyInfo.suffix(32)))
    }

    func line(over text: String) throws -> String {
        var message = Array(text.utf8)
        var signature = keyID
        if let witnessedAt {
            message = Array("cosignature/v1\ntime \(witnessedAt)\n".utf8) + message
            signature += bigEndian(witnessedAt, bytes: 8)
        }
        signature += try key.sign(message, scheme: key.algorithm.certificateScheme)
        return "\u{2014} \(name) \(Base64.encode(signature))\n"
    }
}
