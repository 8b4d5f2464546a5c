import Cryptography
public import Timestamp

/// A timestamp authority (RFC 3161): a root and the certificate that signs.
public struct SimulatedTimestampAuthority: Sendable {
    public let root: DraftedCertificate
    public private(set) var signer: DraftedCertificate
    /// Whether trusted roots name the signer; else whoever the root vouches for may sign, and tokens bring the signer along.
    public var isSignerListed = true

    /// An authority whose certificates are valid for ten years from then.
    public init(organization: String = "sigstore.example", from start: Instant) throws {
        let end = start + .seconds(10 * 365 * 86_400)
        let rootKey = try PrivateKey.generate(.ecdsaP384)
        root = try DraftedCertificate(
            try CertificateDraft(
                subject: DER.name(organization: organization, commonName: "tsa-root"), key: rootKey, issuer: nil,
                from: start, to: end,
                extensions: [.keyUsage(.keyCertSign, .crlSign), .basicConstraints(isAuthority: true)]),
            key: rootKey)
        let key = try PrivateKey.generate(.ecdsaP256)
        let draft = try CertificateDraft(
            subject: DER.name(organization: organization, commonName: "tsa"), key: key, issuer: root, from: start,
            to: end,
            extensions: [
                .keyUsage(.digitalSignature), .extendedKeyUsage(KnownOID.timeStamping, isCritical: true),
                .basicConstraints(isAuthority: false),
            ])
        signer = try DraftedCertificate(draft, key: key, signedBy: rootKey)
    }

    /// As `certChain` of a trusted root has them: who signs first, the root last.
    public var chain: [[UInt8]] { isSignerListed ? [signer.der, root.der] : [root.der] }

    /// A token about these bytes, to be signed.
    public func token(over bytes: [UInt8], at time: Instant) -> TimestampDraft {
        TimestampDraft(imprint: SHA2.sha256(bytes), time: time, signer: signer, certificates: [signer.der])
    }

    /// The same key with another certificate by the root, which vouches for it alone.
    public mutating func reissueSigner(_ change: (inout CertificateDraft) -> Void) throws {
        isSignerListed = false
        var draft = signer.draft
        change(&draft)
        signer = try DraftedCertificate(draft, key: signer.key, signedBy: root.key)
    }
}
