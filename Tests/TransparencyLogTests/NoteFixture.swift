import Cryptography
import TransparencyLog

/// A log that signs what it is told to, right or wrong.
struct NoteFixture {
    static let origin = "log.example.com/one"
    static let rekorOrigin = "rekor.example.com - 2605736670972794746"

    let privateKey: PrivateKey
    let key: LogKey

    /// A log of C2SP's kind.
    init(_ algorithm: KeyAlgorithm = .ed25519, origin: String = NoteFixture.origin) throws {
        privateKey = try PrivateKey.generate(algorithm)
        key = try .note(privateKey.publicKey, origin: origin)
    }

    /// A log of Rekor v1's kind.
    init(rekorV1 algorithm: KeyAlgorithm) throws {
        privateKey = try PrivateKey.generate(algorithm)
        key = .rekorV1(privateKey.publicKey)
    }

    /// The text of a checkpoint.
    static func text(
        origin: String = NoteFixture.origin, size: String = "7", root: String? = nil, further: [String] = []
    ) -> String {
        let root = root ?? Base64.encode(ReferenceTree(size: 7).root)
        return ([origin, size, root] + further).map { $0 + "\n" }.joined()
    }

    /// A line of signature over `text`.
    func line(over text: String, name: String = NoteFixture.origin, keyID: [UInt8]? = nil) throws -> String {
        let signature = try privateKey.sign(Array(text.utf8), scheme: scheme)
        return "— \(name) \(Base64.encode((keyID ?? key.keyID) + signature))\n"
    }

    func note(_ text: String) throws -> [UInt8] { Array("\(text)\n\(try line(over: text))".utf8) }

    private var scheme: SignatureScheme {
        switch privateKey.algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: .ecdsa(.sha256)
        case .rsa: .rsaPKCS1(.sha256)
        case .ed25519: .ed25519
        }
    }
}
