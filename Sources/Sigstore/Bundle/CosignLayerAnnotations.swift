import Cryptography
public import OCI
import StrictJSON

/// What cosign writes beside a signature or an attestation into the annotations of its layer (cosign's SIGNATURE_SPEC):
/// the certificate, and what log and time stamp authority answered.
///
/// Whoever may push can write annotations; they are evidence to be verified, never a statement about the image.
public struct CosignLayerAnnotations: Hashable, Sendable {
    /// DER; nil if the signature was made with a key that the verifier has.
    public let certificate: [UInt8]?
    /// DER. They only help to find a path; none of them is ever believed.
    public let chain: [[UInt8]]
    public let entry: LogEntry?
    /// DER of an RFC 3161 response.
    public let timestamp: [UInt8]?

    private static let certificate = "dev.sigstore.cosign/certificate"
    private static let chain = "dev.sigstore.cosign/chain"
    private static let bundle = "dev.sigstore.cosign/bundle"
    private static let timestamp = "dev.sigstore.cosign/rfc3161timestamp"

    /// Annotations are small texts; the log's answer repeats the entry. A manifest of them is bounded by whoever fetches it.
    private static let limits = JSONLimits(
        maximumBytes: 1 << 20, maximumDepth: 4, maximumValues: 64, maximumStringBytes: 1 << 20)

    /// An annotation that is empty counts as absent. Throws for one that is not as cosign writes it, by its name.
    public init(_ annotations: Annotations) throws(FormatError) {
        certificate = try CosignLayerAnnotations.certificates(annotations, CosignLayerAnnotations.certificate, limit: 1)
            .first
        chain = try CosignLayerAnnotations.certificates(
            annotations, CosignLayerAnnotations.chain, limit: SigstoreBundle.maximumCertificates)
        entry = try annotations.text(CosignLayerAnnotations.bundle).map(CosignLayerAnnotations.entry(ofAnnotation:))
        timestamp = try annotations.text(CosignLayerAnnotations.timestamp)
            .map(CosignLayerAnnotations.timestamp(ofAnnotation:))
    }

    private static func certificates(
        _ annotations: Annotations, _ name: String, limit: Int
    ) throws(FormatError) -> [[UInt8]] {
        guard let text = annotations.text(name) else { return [] }
        guard let blocks = PEMBlock.all(in: Array(text.utf8)), blocks.allSatisfy({ $0.label.isSpelled("CERTIFICATE") })
        else { throw .malformed(field: name, found: "something else", expected: "certificates in PEM") }
        guard blocks.count <= limit else { throw .tooMany(field: name, found: blocks.count, limit: limit) }
        return blocks.map(\.bytes)
    }

    private static func timestamp(ofAnnotation text: String) throws(FormatError) -> [UInt8] {
        try WireObject(
            document: timestamp, parsing: Array(text.utf8), limits: limits, keys: ["SignedRFC3161Timestamp"]
        ).requiredBytes("SignedRFC3161Timestamp")
    }

    private static func entry(ofAnnotation text: String) throws(FormatError) -> LogEntry {
        try LogEntry(
            ofAnnotation: WireObject(
                document: bundle, parsing: Array(text.utf8), limits: limits, keys: LogEntry.annotationKeys))
    }
}

extension Annotations {
    /// Nil if it is absent or empty.
    fileprivate func text(_ name: String) -> String? {
        guard let text = self[name], !text.isEmpty else { return nil }
        return text
    }
}
