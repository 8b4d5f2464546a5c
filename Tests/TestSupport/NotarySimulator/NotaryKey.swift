public import Cryptography
public import Timestamp

/// A key of a simulated collection, in the form in which its metadata has it.
public struct NotaryKey: Sendable, Hashable {
    public let key: PrivateKey
    /// PEM, the key's own certificate first; nil for a bare key.
    public var bundle: [UInt8]?

    public init(_ key: PrivateKey, bundle: [UInt8]? = nil) { (self.key, self.bundle) = (key, bundle) }

    public static func generate(_ algorithm: KeyAlgorithm = .ecdsaP256) throws -> NotaryKey {
        NotaryKey(try PrivateKey.generate(algorithm))
    }

    /// A root key as notary makes one: a certificate for the collection's name that signs itself.
    public static func root(
        for name: String, _ algorithm: KeyAlgorithm = .ecdsaP256,
        from start: Instant = SimulatedNotary.now - .seconds(60),
        to end: Instant = SimulatedNotary.now + .seconds(10 * 365 * 86_400), issuer: DraftedCertificate? = nil
    ) throws -> NotaryKey {
        let key = try PrivateKey.generate(algorithm)
        let certificate = try certificate(of: key, for: name, from: start, to: end, issuer: issuer)
        return NotaryKey(key, bundle: certificate.pem)
    }

    /// A certificate of an authority for root keys.
    public static func authority() throws -> DraftedCertificate {
        let key = try PrivateKey.generate(.ecdsaP256)
        let draft = try CertificateDraft(
            subject: DER.name(organization: "acme", commonName: "acme roots"), key: key, issuer: nil,
            from: SimulatedNotary.now - .seconds(86_400), to: SimulatedNotary.now + .seconds(86_400 * 3_650),
            extensions: [.basicConstraints(isAuthority: true), .keyUsage(.keyCertSign, .crlSign)])
        return try DraftedCertificate(draft, key: key)
    }

    /// The same key in a certificate of its own.
    public func certified(for name: String) throws -> NotaryKey {
        let (start, end) = (SimulatedNotary.now - .seconds(60), SimulatedNotary.now + .seconds(86_400))
        return NotaryKey(
            key, bundle: try NotaryKey.certificate(of: key, for: name, from: start, to: end, issuer: nil).pem)
    }

    private static func certificate(
        of key: PrivateKey, for name: String, from start: Instant, to end: Instant, issuer: DraftedCertificate?
    ) throws -> DraftedCertificate {
        let subject = DER.sequence(DER.set(DER.sequence(DER.oid("2.5.4.3"), DER.utf8String(name))))
        let draft = try CertificateDraft(
            subject: subject, key: key, issuer: issuer, from: start, to: end,
            extensions: [
                .basicConstraints(isAuthority: false), .keyUsage(.digitalSignature),
                .extendedKeyUsage(KnownOID.codeSigning),
            ])
        return try DraftedCertificate(draft, key: key, signedBy: issuer?.key)
    }

    public var type: String {
        let bare =
            switch key.algorithm {
            case .ecdsaP256, .ecdsaP384, .ecdsaP521: "ecdsa"
            case .rsa: "rsa"
            case .ed25519: "ed25519"
            }
        return bundle == nil ? bare : "\(bare)-x509"
    }

    public var method: String {
        switch key.algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: "ecdsa"
        case .rsa: "rsapss"
        case .ed25519: "eddsa"
        }
    }

    private var content: [UInt8] {
        if let bundle { return bundle }
        let info = key.publicKey.subjectPublicKeyInfo
        if case .ed25519 = key.algorithm { return Array(info.suffix(32)) }
        return info
    }

    /// As metadata lists it.
    public var tree: JSONTree {
        ["keytype": .string(type), "keyval": ["private": .null, "public": .base64(content)]]
    }

    public var id: String { SHA2.sha256(tree.canonicalBytes).hexadecimal }

    /// As metadata has it: of ECDSA the two numbers.
    public func sign(_ message: [UInt8]) throws -> [UInt8] {
        switch key.algorithm {
        case .ecdsaP256: NotaryKey.raw(try key.sign(message, scheme: .ecdsa(.sha256)), length: 32)
        case .ecdsaP384: NotaryKey.raw(try key.sign(message, scheme: .ecdsa(.sha256)), length: 48)
        case .ecdsaP521: NotaryKey.raw(try key.sign(message, scheme: .ecdsa(.sha256)), length: 66)
        case .rsa: try key.sign(message, scheme: .rsaPSS(.sha256))
        case .ed25519: try key.sign(message, scheme: .ed25519)
        }
    }

    /// The two INTEGERs of a DER signature, each padded to its length.
    private static func raw(_ der: [UInt8], length: Int) -> [UInt8] {
        var position = der[1] & 0x80 == 0 ? 2 : 3
        var raw: [UInt8] = []
        for _ in 0..<2 {
            let count = Int(der[position + 1])
            let digits = der[(position + 2)..<(position + 2 + count)].drop { $0 == 0 }
            raw += [UInt8](repeating: 0, count: length - digits.count) + digits
            position += 2 + count
        }
        return raw
    }

    public static func == (left: NotaryKey, right: NotaryKey) -> Bool { left.id == right.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
