import Cryptography

/// One signature as it was presented, with everything that came with it, whichever of the formats it came in. Nothing about
/// it is believed yet.
public struct SignedEntity: Sendable {
    let content: Content
    let signature: [UInt8]
    let signer: SigstoreBundle.Signer
    let entries: [LogEntry]
    /// DER of RFC 3161 responses.
    let timestamps: [[UInt8]]
    /// Whether the chain may end in a root, which is not looked at: cosign's annotations have one, and bundles had until
    /// the format forbade it.
    let mayBringRoot: Bool

    /// What is signed.
    enum Content: Sendable {
        /// The artifact itself. The digest is a hint.
        case artifact(digest: MessageDigest?)
        /// A statement; `layer` are the envelope's own bytes where they are known, as cosign's attestations are.
        case envelope(DSSEEnvelope, layer: [UInt8]?)
        /// Claims about an image (simple signing).
        case payload([UInt8])
    }

    /// - Parameter evidence: whether what logs and authorities answered comes along; else it is as if there were none.
    public init(_ bundle: SigstoreBundle, evidence: Bool = true) {
        switch bundle.content {
        case .message(let message):
            (content, signature) = (.artifact(digest: message.digest), message.signature)
        case .envelope(let envelope):
            (content, signature) = (.envelope(envelope, layer: nil), envelope.signatures.first?.bytes ?? [])
        }
        signer = bundle.signer
        (entries, timestamps) = evidence ? (bundle.entries, bundle.timestamps) : ([], [])
        mayBringRoot = bundle.version == .v0_1
    }

    /// A layer of cosign's `.sig`: its blob is the payload.
    public init(payload: [UInt8], signature: [UInt8], annotations: CosignLayerAnnotations) {
        self.init(.payload(payload), signature, annotations)
    }

    /// A layer of cosign's `.att`: its blob is an envelope with one signature. Throws for another.
    public init(attestation layer: [UInt8], annotations: CosignLayerAnnotations) throws(FormatError) {
        let envelope = try DSSEEnvelope(parsing: layer)
        guard envelope.signatures.count == 1, let signature = envelope.signatures.first else {
            throw .malformed(
                field: "signatures", found: "\(envelope.signatures.count) signatures", expected: "exactly one")
        }
        self.init(.envelope(envelope, layer: layer), signature.bytes, annotations)
    }

    private init(_ content: Content, _ signature: [UInt8], _ annotations: CosignLayerAnnotations) {
        (self.content, self.signature) = (content, signature)
        signer =
            annotations.certificate.map { .certificate(leaf: $0, intermediates: annotations.chain) } ?? .key(hint: "")
        entries = annotations.entry.map { [$0] } ?? []
        timestamps = annotations.timestamp.map { [$0] } ?? []
        mayBringRoot = true
    }

    /// What the signature is over.
    func message(of artifact: SigstoreArtifact) -> SignedMessage {
        switch content {
        case .artifact: artifact.message
        case .envelope(let envelope, _): .content(HashedMessage(envelope.preAuthenticationEncoding))
        case .payload(let payload): .content(HashedMessage(payload))
        }
    }

    /// What authorities put a time to: the signature, or the whole of an attestation's layer.
    var timestamped: [UInt8] {
        guard case .envelope(_, let layer?) = content else { return signature }
        return layer
    }
}
