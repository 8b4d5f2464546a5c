import Cryptography

extension KeyAlgorithm {
    /// How cosign signs with such a key, the hash that fits the curve first; older versions used SHA-256 with every key.
    var cosignSchemes: [SignatureScheme] {
        switch self {
        case .ecdsaP256: [.ecdsa(.sha256)]
        case .ecdsaP384: [.ecdsa(.sha384), .ecdsa(.sha256)]
        case .ecdsaP521: [.ecdsa(.sha512), .ecdsa(.sha256)]
        case .rsa: [.rsaPKCS1(.sha256)]
        case .ed25519: [.ed25519]
        }
    }
}
