public import Cryptography
public import Timestamp

/// A certificate authority for code signing: a root, an intermediate and leaves of ten minutes (Fulcio,
/// `docs/certificate-specification.md`). Nothing is logged by it; that is the certificate log's.
public struct SimulatedFulcio: Sendable {
    public private(set) var root: DraftedCertificate
    public private(set) var intermediate: DraftedCertificate

    /// An authority whose certificates are valid for ten years from then.
    ///
    /// - Parameter algorithm: of the key that signs the leaves. The public Fulcio's is on P-384, which takes ten times as long.
    public init(
        organization: String = "sigstore.example", from start: Instant, issuingWith algorithm: KeyAlgorithm = .ecdsaP256
    ) throws {
        let end = start + .seconds(10 * 365 * 86_400)
        let rootKey = try PrivateKey.generate(.ecdsaP384)
        let root = try DraftedCertificate(
            try CertificateDraft(
                subject: DER.name(organization: organization, commonName: "sigstore"), key: rootKey, issuer: nil,
                from: start, to: end,
                extensions: [.keyUsage(.keyCertSign, .crlSign), .basicConstraints(isAuthority: true, pathLength: 1)]),
            key: rootKey)
        let key = try PrivateKey.generate(algorithm)
        let draft = try CertificateDraft(
            subject: DER.name(organization: organization, commonName: "sigstore-intermediate"), key: key, issuer: root,
            from: start, to: end,
            extensions: [
                .keyUsage(.keyCertSign, .crlSign), .extendedKeyUsage(KnownOID.codeSigning),
                .basicConstraints(isAuthority: true, pathLength: 0),
            ])
        self.root = root
        intermediate = try DraftedCertificate(draft, key: key, signedBy: rootKey)
    }

    /// As `certChain` of a trusted root has them: the root last.
    public var chain: [[UInt8]] { [intermediate.der, root.der] }

    /// The leaf for a key, valid for ten minutes from then; it lacks its SCT.
    public func leaf(for identity: SimulatedIdentity, key: PrivateKey, at time: Instant) throws -> CertificateDraft {
        try CertificateDraft(
            subject: DER.emptyName, key: key, issuer: intermediate, from: time, to: time + .seconds(600),
            extensions: [
                .keyUsage(.digitalSignature), .extendedKeyUsage(KnownOID.codeSigning),
                .subjectAlternativeName([identity.name]),
            ] + identity.extensions)
    }

    /// Signs what it is given, whatever it says.
    public func issue(_ leaf: CertificateDraft, key: PrivateKey) throws -> DraftedCertificate {
        try DraftedCertificate(leaf, key: key, signedBy: intermediate.key)
    }

    /// The same root key with another root certificate.
    public mutating func reissueRoot(_ change: (inout CertificateDraft) -> Void) throws {
        var draft = root.draft
        change(&draft)
        root = try DraftedCertificate(draft, key: root.key)
    }

    /// The same intermediate key with another certificate by the root.
    public mutating func reissueIntermediate(_ change: (inout CertificateDraft) -> Void) throws {
        var draft = intermediate.draft
        change(&draft)
        intermediate = try DraftedCertificate(draft, key: intermediate.key, signedBy: root.key)
    }
}
