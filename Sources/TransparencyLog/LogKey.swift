public import Cryptography

/// The key of a log, and how the log writes its name and the key's id into checkpoints.
public struct LogKey: Hashable, Sendable {
    public let key: PublicKey
    /// The whole id of the log, 32 bytes, as trusted roots list it.
    public let logID: [UInt8]
    let naming: Naming

    enum Naming: Hashable, Sendable {
        /// The origin is any name and the number of a tree; the name in the line is not looked at.
        case rekorV1
        /// The origin and the name in the line are this.
        case origin([UInt8])
    }

    /// A key of Rekor v1, of any algorithm: its id begins with four bytes of the SHA-256 of its SubjectPublicKeyInfo, and
    /// the origin is `NAME - TREE ID`.
    public static func rekorV1(_ key: PublicKey) -> LogKey {
        LogKey(key: key, logID: key.fingerprint, naming: .rekorV1)
    }

    /// A key of a log that follows C2SP signed-note, such as Rekor v2: its id is made of the log's origin, the kind of key
    /// and the key; for ECDSA, as sigstore has it, of the SubjectPublicKeyInfo alone.
    ///
    /// Throws `LogKeyError` for an origin that no note can name.
    public static func note(_ key: PublicKey, origin: String) throws(LogKeyError) -> LogKey {
        let name = Array(origin.utf8)
        guard SignedNote.isKeyName(name), name.allSatisfy({ $0 >= 0x20 }) else { throw .notAnOrigin }
        let kind: [UInt8]? =
            switch key.algorithm {
            case .ecdsaP256, .ecdsaP384, .ecdsaP521: nil
            case .ed25519: [0x01] + key.subjectPublicKeyInfo.suffix(32)
            case .rsa: [0xFF] + Array("PKIX-RSA-PKCS#1v1.5".utf8) + key.subjectPublicKeyInfo
            }
        let logID = kind.map { SHA2.sha256(name + [UInt8(ascii: "\n")] + $0) } ?? key.fingerprint
        return LogKey(key: key, logID: logID, naming: .origin(name))
    }

    /// Four bytes by which a line of signature names the key.
    public var keyID: [UInt8] { Array(logID.prefix(4)) }

    /// Logs hash with SHA-256, whatever the size of the key.
    private var scheme: SignatureScheme {
        switch key.algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: .ecdsa(.sha256)
        case .rsa: .rsaPKCS1(.sha256)
        case .ed25519: .ed25519
        }
    }

    /// Whether a line claims to be by this key.
    func isNamed(in line: SignedNote.Line) -> Bool {
        guard line.keyID == keyID else { return false }
        return switch naming {
        case .rekorV1: true
        case .origin(let name): line.name == name
        }
    }

    /// The text, if this key signed it.
    func verify(_ line: SignedNote.Line, over text: HashedMessage) -> Verified<[UInt8]>? {
        key.verify(line.signature, over: text, scheme: scheme)
    }
}

/// Why a log cannot be named in notes.
public enum LogKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnOrigin

    public var description: String {
        "found an origin that is empty or has blanks, control characters or `+` in it, expected one such as `log.example.com`"
    }
}
