public import Timestamp

/// A signature with all that proves it, and what to hold it against.
public struct SignedMaterial: Sendable {
    /// The manifest that the verifier is asked about.
    public var artifact: [UInt8]
    /// A bundle, if that was ordered.
    public var bundle: JSONTree?
    /// A layer, if that was ordered.
    public var layer: SimulatedLayer?
    /// What to trust.
    public var trustedRoot: JSONTree
    /// Who is to have signed: a PEM public key, or an identity.
    public var expected: Expectation
    /// When it was signed.
    public var time: Instant

    public enum Expectation: Sendable {
        case key(pem: [UInt8])
        case identity(SimulatedIdentity)
    }
}

/// One layer of cosign's signature manifests (cosign, `specs/SIGNATURE_SPEC.md`).
public struct SimulatedLayer: Sendable {
    public static let simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"
    public static let envelope = "application/vnd.dsse.envelope.v1+json"

    public static let signatureKey = "dev.cosignproject.cosign/signature"
    public static let certificateKey = "dev.sigstore.cosign/certificate"
    public static let chainKey = "dev.sigstore.cosign/chain"
    public static let bundleKey = "dev.sigstore.cosign/bundle"
    public static let timestampKey = "dev.sigstore.cosign/rfc3161timestamp"

    public var mediaType: String
    public var blob: [UInt8]
    public var annotations: [String: String]

    public init(mediaType: String, blob: [UInt8], annotations: [String: String]) {
        (self.mediaType, self.blob, self.annotations) = (mediaType, blob, annotations)
    }
}
