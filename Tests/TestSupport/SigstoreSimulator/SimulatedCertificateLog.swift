public import Cryptography
public import Timestamp

/// A certificate transparency log (RFC 6962), as far as its promises go: nobody asks it for its tree.
public struct SimulatedCertificateLog: Sendable {
    public let key: PrivateKey
    /// What it writes into `CtExtensions`.
    public var extensions: [UInt8] = []

    public init() throws { key = try PrivateKey.generate(.ecdsaP256) }

    /// SHA-256 over its key.
    public var id: [UInt8] { key.publicKey.fingerprint }

    /// The promise to log a precertificate: a leaf that has no SCT list yet.
    public func promise(
        for leaf: CertificateDraft, issuer: DraftedCertificate, at time: Instant
    ) -> SCTDraft {
        var draft = SCTDraft(
            logID: id, time: time, issuerKeyHash: SHA2.sha256(issuer.draft.subjectPublicKeyInfo),
            toBeSigned: leaf.toBeSigned(with: issuer.key.algorithm), key: key)
        draft.extensions = extensions
        return draft
    }
}

/// A SignedCertificateTimestamp (RFC 6962 section 3.2), before it is signed.
public struct SCTDraft: Sendable {
    public var version: UInt8 = 0
    public var logID: [UInt8]
    public var time: Instant
    /// SHA-256 over the key of who issued the leaf.
    public var issuerKeyHash: [UInt8]
    /// The leaf's TBSCertificate without the list of SCTs.
    public var toBeSigned: [UInt8]
    /// `CtExtensions`; newer logs put the index of the leaf there.
    public var extensions: [UInt8] = []
    /// Whose signature it gets.
    public var key: PrivateKey

    /// As TLS encodes it.
    public func signed() throws -> [UInt8] {
        let milliseconds = Int(time.seconds) * 1_000 + Int(time.nanoseconds) / 1_000_000
        let timestamp = bigEndian(milliseconds, bytes: 8)
        let extensionField = bigEndian(extensions.count, bytes: 2) + extensions
        let message =
            [version, 0] + timestamp + [0, 1] + issuerKeyHash + bigEndian(toBeSigned.count, bytes: 3) + toBeSigned
            + extensionField
        let signature = try key.sign(message, scheme: .ecdsa(.sha256))
        // 4 is SHA-256 and 3 is ECDSA (RFC 5246 section 7.4.1.4.1).
        return [version] + logID + timestamp + extensionField + [4, 3] + bigEndian(signature.count, bytes: 2)
            + signature
    }
}
