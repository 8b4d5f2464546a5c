import Cryptography

/// Whom an attestor believes and what it asks of a signature besides being genuine.
struct CosignTrust: Sendable {
    /// At least one, no key twice, in the order of their fingerprints: how a policy lists them makes no difference.
    let keys: [PublicKey]
    let identity: SignedIdentity

    init(keys: [PublicKey], identity: SignedIdentity) {
        self.keys = keys.sorted { $0.fingerprint.lexicographicallyPrecedes($1.fingerprint) }
        self.identity = identity
    }

    /// What payloads are hashed with: once each, for all keys and signatures.
    var hashFunctions: Set<HashFunction> {
        Set(keys.flatMap(\.algorithm.cosignSchemes).compactMap(\.hashFunction))
    }

    /// "this key", in sentences about what was found.
    var noun: String { keys.count == 1 ? "this key" : "these keys" }

    /// What would have passed.
    var expected: String {
        if keys.count == 1, let key = keys.first {
            return "a cosign signature by key SHA256:\(key.fingerprint.hexadecimal)"
        }
        return "a cosign signature by one of \(keys.count) keys"
    }
}

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
