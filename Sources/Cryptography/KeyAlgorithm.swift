/// The kinds of key that signatures are believed from. Everything else is refused when it is loaded.
public enum KeyAlgorithm: Hashable, Sendable, CustomStringConvertible {
    case ecdsaP256
    case ecdsaP384
    case ecdsaP521
    case rsa(bits: Int)
    case ed25519

    /// Less than 2048 bits is within reach of factoring; more than 16384 is OpenSSL's own bound, beyond which one
    /// verification would take tens of milliseconds.
    static let rsaBits = 2_048...16_384

    public var description: String {
        switch self {
        case .ecdsaP256: "ECDSA P-256"
        case .ecdsaP384: "ECDSA P-384"
        case .ecdsaP521: "ECDSA P-521"
        case .rsa(let bits): "RSA-\(bits)"
        case .ed25519: "Ed25519"
        }
    }
}

/// How a signature is made and checked.
public enum SignatureScheme: Hashable, Sendable {
    /// ECDSA (FIPS 186-5) over a hash; the signature is the DER of `ECDSA-Sig-Value` (RFC 3279 section 2.2.3).
    case ecdsa(HashFunction)
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    case rsaPKCS1(HashFunction)
    /// RSASSA-PSS (RFC 8017 section 8.1), MGF1 over the same hash, salt as long as the hash.
    case rsaPSS(HashFunction)
    /// Ed25519 (RFC 8032 section 5.1), pure: over the message itself.
    case ed25519

    /// What the message is hashed with before it is signed; nil if the scheme takes the message itself.
    public var hashFunction: HashFunction? {
        switch self {
        case .ecdsa(let function), .rsaPKCS1(let function), .rsaPSS(let function): function
        case .ed25519: nil
        }
    }
}

extension KeyAlgorithm {
    /// Whether a key of this kind can make signatures of that scheme.
    func fits(_ scheme: SignatureScheme) -> Bool {
        switch (self, scheme) {
        case (.ecdsaP256, .ecdsa), (.ecdsaP384, .ecdsa), (.ecdsaP521, .ecdsa): true
        case (.rsa, .rsaPKCS1), (.rsa, .rsaPSS): true
        case (.ed25519, .ed25519): true
        default: false
        }
    }
}
