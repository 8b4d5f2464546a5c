public import Cryptography
public import Timestamp

/// What a certificate is to say (RFC 5280 section 4.1), before it is signed. Nothing in it is checked: that is what makes it
/// good for lies.
public struct CertificateDraft: Sendable {
    /// Big-endian, not negative.
    public var serialNumber: [UInt8]
    /// DER Names.
    public var issuer: [UInt8]
    public var subject: [UInt8]
    public var notBefore: Instant
    public var notAfter: Instant
    /// DER SubjectPublicKeyInfo.
    public var subjectPublicKeyInfo: [UInt8]
    /// In the order in which they are written.
    public var extensions: [CertificateExtension]

    /// A draft with a random serial number of 159 bits.
    ///
    /// - Parameter issuer: nil for a certificate that names itself.
    public init(
        subject: [UInt8], key: PrivateKey, issuer: DraftedCertificate?, from notBefore: Instant,
        to notAfter: Instant, extensions: [CertificateExtension]
    ) throws {
        serialNumber = SecureRandom.bytes(20)
        serialNumber[0] = serialNumber[0] & 0x7f | 0x40
        (self.subject, self.issuer) = (subject, issuer?.draft.subject ?? subject)
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
        subjectPublicKeyInfo = try key.subjectPublicKeyInfo
        let issuerKey = issuer?.draft.subjectPublicKeyInfo ?? subjectPublicKeyInfo
        self.extensions =
            extensions + [
                .subjectKeyIdentifier(of: subjectPublicKeyInfo), .authorityKeyIdentifier(of: issuerKey),
            ]
    }

    /// Takes the place of the extension of the same kind, or is written behind the others.
    public mutating func set(_ new: CertificateExtension) {
        if let index = extensions.firstIndex(where: { $0.oid == new.oid }) {
            extensions[index] = new
        } else {
            extensions.append(new)
        }
    }

    public mutating func removeExtension(_ oid: String) {
        extensions.removeAll { $0.oid == oid }
    }

    /// The TBSCertificate that a key of that algorithm signs.
    public func toBeSigned(with algorithm: KeyAlgorithm) -> [UInt8] {
        DER.sequence(
            DER.explicit(0, DER.integer(2)), DER.integer(unsigned: serialNumber), algorithm.signatureIdentifier,
            issuer, DER.sequence(DER.time(notBefore), DER.time(notAfter)), subject, subjectPublicKeyInfo,
            DER.explicit(3, DER.sequence(of: extensions.map(\.der))))
    }

    /// The whole certificate, signed with the issuer's key.
    public func signed(by issuer: PrivateKey) throws -> [UInt8] {
        let toBeSigned = toBeSigned(with: issuer.algorithm)
        let signature = try issuer.sign(toBeSigned, scheme: issuer.algorithm.certificateScheme)
        return DER.sequence(toBeSigned, issuer.algorithm.signatureIdentifier, DER.bitString(signature))
    }
}

/// A certificate with the key that it is about, so that more can be issued under it.
public struct DraftedCertificate: Sendable {
    public let draft: CertificateDraft
    public let key: PrivateKey
    public let der: [UInt8]

    /// - Parameter issuer: nil if it signs itself.
    public init(_ draft: CertificateDraft, key: PrivateKey, signedBy issuer: PrivateKey? = nil) throws {
        (self.draft, self.key) = (draft, key)
        der = try draft.signed(by: issuer ?? key)
    }

    /// One `CERTIFICATE` block.
    public var pem: [UInt8] { pemBlock("CERTIFICATE", der) }
}

extension DER {
    /// A Name of one organization and one common name, as the certificates of Sigstore have them.
    public static func name(organization: String, commonName: String) -> [UInt8] {
        func attribute(_ oid: String, _ text: String) -> [UInt8] { set(sequence(self.oid(oid), utf8String(text))) }
        return sequence(attribute("2.5.4.10", organization), attribute("2.5.4.3", commonName))
    }

    /// The subject of a Fulcio leaf.
    public static let emptyName = sequence()
}

extension PrivateKey {
    /// The DER SubjectPublicKeyInfo of its public half.
    public var subjectPublicKeyInfo: [UInt8] {
        get throws {
            let lines = try publicKeyPEM.split(separator: UInt8(ascii: "\n"))
            return Base64.decode(lines.filter { $0.first != UInt8(ascii: "-") }.joined().map { $0 }) ?? []
        }
    }
}

extension KeyAlgorithm {
    /// How certificates, SCTs and timestamps are signed with such a key; messages too, unless said otherwise.
    public var certificateScheme: SignatureScheme {
        switch self {
        case .ecdsaP256: .ecdsa(.sha256)
        case .ecdsaP384: .ecdsa(.sha384)
        case .ecdsaP521: .ecdsa(.sha512)
        case .rsa: .rsaPKCS1(.sha256)
        case .ed25519: .ed25519
        }
    }

    /// The AlgorithmIdentifier of that scheme (RFC 5758 section 3.2, RFC 4055 section 5, RFC 8410 section 3).
    public var signatureIdentifier: [UInt8] {
        switch self {
        case .ecdsaP256: DER.sequence(DER.oid("1.2.840.10045.4.3.2"))
        case .ecdsaP384: DER.sequence(DER.oid("1.2.840.10045.4.3.3"))
        case .ecdsaP521: DER.sequence(DER.oid("1.2.840.10045.4.3.4"))
        case .rsa: DER.sequence(DER.oid("1.2.840.113549.1.1.11"), DER.null)
        case .ed25519: DER.sequence(DER.oid("1.3.101.112"))
        }
    }
}

/// A PEM block with lines of 64 characters (RFC 7468 section 2).
public func pemBlock(_ label: String, _ der: [UInt8]) -> [UInt8] {
    let characters = Array(Base64.encode(der).utf8)
    var text = Array("-----BEGIN \(label)-----\n".utf8)
    for start in stride(from: 0, to: characters.count, by: 64) {
        text += characters[start..<min(start + 64, characters.count)] + [UInt8(ascii: "\n")]
    }
    return text + Array("-----END \(label)-----\n".utf8)
}
