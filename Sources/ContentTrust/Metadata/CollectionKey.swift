public import Cryptography
import StrictJSON

/// A key of a collection (TUF, section 4.2, as Notary v1 writes it).
struct CollectionKey: Sendable {
    /// SHA-256 of the key's own canonical form, in hexadecimal.
    let id: String
    let key: PublicKey
    /// Of a key that is a certificate: the bundle as it is written, the key's own first. Else empty.
    let certificates: [Certificate]

    /// Nil for a key of a kind that is not understood, or that is none: it counts for no threshold, and metadata that lists
    /// it beside others is not refused for it.
    init?(id: String, _ field: MetadataField) {
        guard let type = field["keytype"].value?.string, let kind = Kind(type),
            let content = try? field["keyval"]["public"].base64(), let (key, certificates) = kind.read(content),
            kind.fits(key.algorithm)
        else { return nil }
        (self.id, self.key, self.certificates) = (id, key, certificates)
    }

    /// The id that a key has to be listed under; nil for one of a kind that is not understood.
    static func id(of field: MetadataField) -> String? {
        guard let type = field["keytype"].value?.string, Kind(type) != nil,
            let content = try? field["keyval"]["public"].base64()
        else { return nil }
        return id(type: type, content: content)
    }

    /// Over the canonical form, in which the private half is always null.
    fileprivate static func id(type: String, content: [UInt8]) -> String {
        let canonical = """
            {"keytype":"\(type)","keyval":{"private":null,"public":"\(Base64.encode(content))"}}
            """
        return SHA2.sha256(Array(canonical.utf8)).hexadecimal
    }

    /// Whether this key made the signature by that method; a method that is not one of its kind makes none.
    func verify(_ signature: [UInt8], method: String, over message: HashedMessage) -> Bool {
        guard let method = SignatureMethod(method) else { return false }
        switch method {
        case .ecdsa:
            guard let der = key.derSignature(ofRaw: signature) else { return false }
            return key.verify(der, over: message, scheme: .ecdsa(.sha256)) != nil
        case .rsaPSS: return key.verify(signature, over: message, scheme: .rsaPSS(.sha256)) != nil
        case .rsaPKCS1: return key.verify(signature, over: message, scheme: .rsaPKCS1(.sha256)) != nil
        case .ed25519: return key.verify(signature, over: message, scheme: .ed25519) != nil
        }
    }

    private enum Kind {
        case ecdsa, rsa, ed25519, ecdsaCertificate, rsaCertificate

        init?(_ type: String) {
            switch type {
            case "ecdsa": self = .ecdsa
            case "rsa": self = .rsa
            case "ed25519": self = .ed25519
            case "ecdsa-x509": self = .ecdsaCertificate
            case "rsa-x509": self = .rsaCertificate
            default: return nil
            }
        }

        func read(_ content: [UInt8]) -> (PublicKey, [Certificate])? {
            switch self {
            case .ecdsa, .rsa: (try? PublicKey(der: content)).map { ($0, []) }
            case .ed25519: CollectionKey.ed25519(content).map { ($0, []) }
            case .ecdsaCertificate, .rsaCertificate: CollectionKey.certified(content)
            }
        }

        func fits(_ algorithm: KeyAlgorithm) -> Bool {
            switch (self, algorithm) {
            case (.ecdsa, .ecdsaP256), (.ecdsa, .ecdsaP384), (.ecdsa, .ecdsaP521), (.rsa, .rsa), (.ed25519, .ed25519),
                (.ecdsaCertificate, .ecdsaP256), (.ecdsaCertificate, .ecdsaP384), (.ecdsaCertificate, .ecdsaP521),
                (.rsaCertificate, .rsa):
                true
            default: false
            }
        }
    }

    private static func certified(_ content: [UInt8]) -> (PublicKey, [Certificate])? {
        guard let certificates = try? Certificate.all(in: content), let first = certificates.first,
            certificates.count <= ContentTrustLimits.certificates, case .key(let key) = first.publicKey
        else { return nil }
        return (key, certificates)
    }

    /// What makes a SubjectPublicKeyInfo of the 32 bytes (RFC 8410 section 4).
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    private static func ed25519(_ raw: [UInt8]) -> PublicKey? {
        raw.count == 32 ? try? PublicKey(der: ed25519Prefix + raw) : nil
    }
}

/// How a signature was made; names are compared in lower case, as notary does.
private enum SignatureMethod {
    case ecdsa, rsaPSS, rsaPKCS1, ed25519

    init?(_ name: String) {
        switch name.lowercased() {
        case "ecdsa": self = .ecdsa
        case "rsapss", "pycrypto-pkcs#1 pss": self = .rsaPSS
        case "rsapkcs1v15": self = .rsaPKCS1
        case "eddsa": self = .ed25519
        default: return nil
        }
    }
}

extension PublicKey {
    /// How notary and `docker trust inspect` name the key, whatever certificate it is in: its canonical key id.
    public var contentTrustID: String {
        switch algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: CollectionKey.id(type: "ecdsa", content: subjectPublicKeyInfo)
        case .rsa: CollectionKey.id(type: "rsa", content: subjectPublicKeyInfo)
        case .ed25519: CollectionKey.id(type: "ed25519", content: Array(subjectPublicKeyInfo.suffix(32)))
        }
    }
}
