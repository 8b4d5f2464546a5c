extension SignatureScheme {
    /// How signatures of `key` are made by the `keyDetails` that stand beside it in Sigstore's files (PublicKeyDetails of
    /// sigstore_common.proto): `PKIX_ECDSA_P256_SHA_256`.
    ///
    /// Throws `KeyDetailsError` for names that are not known or not verified here, `PKIX_ED25519_PH` among them, and for a
    /// key that is not of that kind.
    public init(keyDetails name: String, of key: PublicKey) throws(KeyDetailsError) {
        guard let details = KeyDetails(rawValue: name) else { throw .unknown(name) }
        guard let scheme = details.scheme else { throw .unsupported(name) }
        guard details.fits(key.algorithm) else { throw .otherKey(name, found: key.algorithm) }
        self = scheme
    }
}

extension PublicKey {
    /// The key of `rawBytes` in Sigstore's files: a SubjectPublicKeyInfo, and for the key details `PKCS1_…` an RSAPublicKey
    /// (RFC 8017 appendix A.1.1), as in the trusted root of Sigstore's staging instance.
    ///
    /// Throws `KeyDetailsError.key` for what is no such key, and otherwise as `SignatureScheme` does.
    public init(rawBytes: [UInt8], keyDetails name: String) throws(KeyDetailsError) {
        let isBare = name == KeyDetails.bareRSA.rawValue || name == KeyDetails.barePSS.rawValue
        do throws(KeyError) {
            try self.init(der: isBare ? try PublicKey.subjectPublicKeyInfo(ofRSA: rawBytes) : rawBytes)
        } catch {
            throw .key(error)
        }
        _ = try SignatureScheme(keyDetails: name, of: self)
    }

    private static func subjectPublicKeyInfo(ofRSA key: [UInt8]) throws(KeyError) -> [UInt8] {
        // OpenSSL passes over what stands behind the key within the bit string.
        guard (try? DERReader(key, holding: DERTag.sequence)) != nil else { throw .malformedKey }
        let algorithm = derElement(DERTag.objectIdentifier, OID.rsa.bytes) + derElement(DERTag.null, [])
        return derElement(
            DERTag.sequence, derElement(DERTag.sequence, algorithm) + derElement(DERTag.bitString, [0] + key))
    }
}

/// Why no scheme can be told from `keyDetails`.
public enum KeyDetailsError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(String)
    /// A scheme that exists and is not verified here: a signature of it never passes.
    case unsupported(String)
    case otherKey(String, found: KeyAlgorithm)
    /// The bytes are no key that is used here.
    case key(KeyError)

    public var description: String {
        switch self {
        case .unknown(let name): "found key details `\(name)`, expected such as `PKIX_ECDSA_P256_SHA_256`"
        case .key(let error): error.description
        case .unsupported(let name): "signatures of kind `\(name)` are not supported"
        case .otherKey(let name, let found):
            "found an \(found) key with key details `\(name)`, expected details of that key"
        }
    }
}

private enum KeyDetails: String {
    case p256 = "PKIX_ECDSA_P256_SHA_256"
    case p384 = "PKIX_ECDSA_P384_SHA_384"
    case p521 = "PKIX_ECDSA_P521_SHA_512"
    case p384WithSHA256 = "PKIX_ECDSA_P384_SHA_256"
    case p521WithSHA256 = "PKIX_ECDSA_P521_SHA_256"
    case ed25519 = "PKIX_ED25519"
    case ed25519Prehashed = "PKIX_ED25519_PH"
    case rsa = "PKIX_RSA_PKCS1V5"
    case rsa2048 = "PKIX_RSA_PKCS1V15_2048_SHA256"
    case rsa3072 = "PKIX_RSA_PKCS1V15_3072_SHA256"
    case rsa4096 = "PKIX_RSA_PKCS1V15_4096_SHA256"
    case pss = "PKIX_RSA_PSS"
    case pss2048 = "PKIX_RSA_PSS_2048_SHA256"
    case pss3072 = "PKIX_RSA_PSS_3072_SHA256"
    case pss4096 = "PKIX_RSA_PSS_4096_SHA256"
    case p256Deterministic = "PKIX_ECDSA_P256_HMAC_SHA_256"
    case bareRSA = "PKCS1_RSA_PKCS1V5"
    case barePSS = "PKCS1_RSA_PSS"
    case lms = "LMS_SHA256"
    case lmots = "LMOTS_SHA256"
    case mlDSA65 = "ML_DSA_65"
    case mlDSA87 = "ML_DSA_87"

    /// Nil for those that are not verified here.
    var scheme: SignatureScheme? {
        switch self {
        // How the nonce of an ECDSA signature came about makes no difference to who checks it.
        case .p256, .p256Deterministic, .p384WithSHA256, .p521WithSHA256: .ecdsa(.sha256)
        case .p384: .ecdsa(.sha384)
        case .p521: .ecdsa(.sha512)
        case .ed25519: .ed25519
        case .rsa, .bareRSA, .rsa2048, .rsa3072, .rsa4096: .rsaPKCS1(.sha256)
        case .pss, .barePSS, .pss2048, .pss3072, .pss4096: .rsaPSS(.sha256)
        case .ed25519Prehashed, .lms, .lmots, .mlDSA65, .mlDSA87: nil
        }
    }

    func fits(_ algorithm: KeyAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.p256, .ecdsaP256), (.p256Deterministic, .ecdsaP256): true
        case (.p384, .ecdsaP384), (.p384WithSHA256, .ecdsaP384): true
        case (.p521, .ecdsaP521), (.p521WithSHA256, .ecdsaP521): true
        case (.ed25519, .ed25519): true
        case (.rsa, .rsa), (.bareRSA, .rsa), (.pss, .rsa), (.barePSS, .rsa): true
        case (.rsa2048, .rsa(2_048)), (.pss2048, .rsa(2_048)): true
        case (.rsa3072, .rsa(3_072)), (.pss3072, .rsa(3_072)): true
        case (.rsa4096, .rsa(4_096)), (.pss4096, .rsa(4_096)): true
        default: false
        }
    }
}
