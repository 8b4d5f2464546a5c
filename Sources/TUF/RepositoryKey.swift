import Cryptography
import StrictJSON

/// A key of a repository, and the one way in which it signs (section 4.2).
struct RepositoryKey: Sendable {
    let key: PublicKey
    private let scheme: SignatureScheme

    /// Nil for a key of a kind that is not understood, or that is none: it counts for no threshold, and metadata that lists
    /// it beside others is not refused for it.
    init?(_ field: Field) {
        guard let type = field["keytype"].value?.string, let name = field["scheme"].value?.string,
            let text = field["keyval"]["public"].value?.stringUTF8, let kind = Kind(type: type, scheme: name),
            let key = kind.key(text), kind.fits(key.algorithm)
        else { return nil }
        self.key = key
        scheme = kind.scheme
    }

    func verify(_ signature: [UInt8], over message: HashedMessage) -> Bool {
        key.verify(signature, over: message, scheme: scheme) != nil
    }

    private enum Kind {
        case ecdsaP256
        case ecdsaP384
        case ed25519
        case rsaPSS

        /// The scheme says what is done; the type has to agree. Old repositories write the scheme for the type.
        init?(type: String, scheme: String) {
            switch (type, scheme) {
            case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"): self = .ecdsaP256
            case ("ecdsa", "ecdsa-sha2-nistp384"), ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"): self = .ecdsaP384
            case ("ed25519", "ed25519"): self = .ed25519
            case ("rsa", "rsassa-pss-sha256"): self = .rsaPSS
            default: return nil
            }
        }

        var scheme: SignatureScheme {
            switch self {
            case .ecdsaP256: .ecdsa(.sha256)
            case .ecdsaP384: .ecdsa(.sha384)
            case .ed25519: .ed25519
            case .rsaPSS: .rsaPSS(.sha256)
            }
        }

        func fits(_ algorithm: KeyAlgorithm) -> Bool {
            switch (self, algorithm) {
            case (.ecdsaP256, .ecdsaP256), (.ecdsaP384, .ecdsaP384), (.ed25519, .ed25519), (.rsaPSS, .rsa): true
            default: false
            }
        }

        /// PEM; else the key's raw bytes in hexadecimal, as Ed25519 keys are written, and ECDSA keys were in early roots.
        func key(_ text: [UInt8]) -> PublicKey? {
            if text.starts(with: Array("-----BEGIN".utf8)) { return try? PublicKey(pem: text) }
            guard let prefix = prefixOfRawKey, let raw = [UInt8](hexadecimal: text) else { return nil }
            return try? PublicKey(der: prefix + raw)
        }

        /// What makes a SubjectPublicKeyInfo of a raw key: lengths, algorithm and the start of the bit string.
        private var prefixOfRawKey: [UInt8]? {
            switch self {
            case .ecdsaP256: [UInt8](hexadecimal: Array("3059301306072a8648ce3d020106082a8648ce3d030107034200".utf8))
            case .ecdsaP384: [UInt8](hexadecimal: Array("3076301006072a8648ce3d020106052b81040022036200".utf8))
            case .ed25519: [UInt8](hexadecimal: Array("302a300506032b6570032100".utf8))
            case .rsaPSS: nil
            }
        }
    }
}
