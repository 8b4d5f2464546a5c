import COpenSSL

/// A public key to check signatures with. Parsing one costs about as much as five verifications, so it is done once, when
/// trust material is loaded; after that the key is shared freely between threads.
public struct PublicKey: Sendable {
    /// The largest key file that is read: a 16384-bit RSA key is below 3 KiB.
    public static let maximumBytes = 16_384

    /// SHA-256 of the DER SubjectPublicKeyInfo, with an elliptic curve point in uncompressed form: one key has one
    /// fingerprint however it was written down.
    public let fingerprint: [UInt8]
    public let algorithm: KeyAlgorithm
    let handle: KeyHandle

    /// Reads a text that consists of exactly one `PUBLIC KEY` block (RFC 7468 section 13).
    ///
    /// Throws `KeyError`: what else was found, or why the key in it is not one that is used here.
    public init(pem: [UInt8]) throws(KeyError) {
        guard pem.count <= PublicKey.maximumBytes else { throw .tooLarge }
        let armour = PEMArmour(reading: pem)
        for block in armour.blocks where block.label.hasSuffix("PRIVATE KEY") { throw .privateKey }
        for block in armour.blocks where block.label.hasSuffix("CERTIFICATE") { throw .certificate }
        guard let block = armour.blocks.first else { throw armour.isMalformed ? .malformedBlock : .notPEM }
        guard armour.blocks.count == 1 else { throw .severalBlocks(count: armour.blocks.count) }
        guard block.label == "PUBLIC KEY" else { throw .otherBlock(label: block.label) }
        guard !armour.isMalformed else { throw .malformedBlock }
        if let line = armour.lineOfStrayText { throw .textOutsideBlock(line: line) }
        guard let der = Base64.decode(block.body) else { throw .malformedBlock }
        try self.init(der: der)
    }

    /// Reads exactly one DER SubjectPublicKeyInfo.
    ///
    /// Accepts ECDSA keys on the named curves P-256, P-384 and P-521, RSA keys of 2048 to 16384 bits and Ed25519 keys.
    /// Throws `KeyError` for everything else, for points off their curve or of small order and for bytes after the key.
    public init(der: [UInt8]) throws(KeyError) {
        guard der.count <= PublicKey.maximumBytes else { throw .tooLarge }
        defer { ERR_clear_error() }
        try self.init(try SubjectPublicKeyInfo(der: der))
    }

    /// The key of a certificate, held against the same rules but one: whether the modulus of an RSA key is composite is for
    /// the authority to know. To find out takes as long as to make a signature, over a second for the largest keys, and
    /// whoever presents a signature chooses which certificates come with it.
    init(certified info: borrowing SubjectPublicKeyInfo) throws(KeyError) {
        try self.init(info) { $0.passesCertifiedKeyCheck }
    }

    /// The key that was read, held against the same rules.
    private init(
        _ info: borrowing SubjectPublicKeyInfo, check: (KeyHandle) -> Bool = { $0.passesPublicKeyCheck }
    ) throws(KeyError) {
        let kind = try info.kind()
        let handle = try info.key()
        self.algorithm = try kind.algorithm(of: handle)
        guard check(handle), let canonical = info.canonicalDER(of: kind) ?? handle.publicKeyDER else {
            throw .malformedKey
        }
        // The last 32 bytes of the structure are the key (RFC 8410 section 4).
        if case .ed25519 = algorithm, SmallOrderKeys.contains(canonical.suffix(32)) { throw .smallOrder }
        self.fingerprint = SHA2.sha256(canonical)
        self.handle = handle
    }

    /// A key that was checked already.
    ///
    /// - Parameter fingerprint: see there.
    init(handle: KeyHandle, algorithm: KeyAlgorithm, fingerprint: [UInt8]) {
        (self.handle, self.algorithm, self.fingerprint) = (handle, algorithm, fingerprint)
    }

    /// A key that was made here, so nothing about it is in doubt.
    init?(handle: KeyHandle, algorithm: KeyAlgorithm) {
        guard let der = handle.publicKeyDER else { return nil }
        self.fingerprint = SHA2.sha256(der)
        self.algorithm = algorithm
        self.handle = handle
    }
}

extension PublicKey: Hashable {
    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.fingerprint == right.fingerprint
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }
}
