import Cryptography
import StrictJSON

/// The body of an entry of Rekor v2 (rekor-tiles, hashedrekord 0.0.2): for a message the hash of the artifact, for an
/// envelope that of its pre-authentication encoding.
struct HashedRekordV2: Hashable, Sendable {
    let function: HashFunction
    let digest: [UInt8]
    let signature: [UInt8]
    /// Such as `PKIX_ECDSA_P256_SHA_256`.
    let keyDetails: String
    let verifier: Verifier

    enum Verifier: Hashable, Sendable {
        /// DER.
        case certificate([UInt8])
        /// DER SubjectPublicKeyInfo.
        case publicKey([UInt8])
    }

    init(_ root: WireObject, body: [UInt8]) throws(FormatError) {
        let spec = try root.requiredObject("spec", keys: ["hashedRekordV002"])
            .requiredObject("hashedRekordV002", keys: ["data", "signature"])
        let data = try spec.requiredObject("data", keys: ["algorithm", "digest"])
        function = try HashFunction(protobuf: data, "algorithm")
        digest = try data.hash("digest", length: function.digestLength)
        let signature = try spec.requiredObject("signature", keys: ["content", "verifier"])
        self.signature = try signature.requiredBytes("content")
        let verifier = try signature.requiredObject("verifier", keys: ["keyDetails", "publicKey", "x509Certificate"])
        keyDetails = try verifier.requiredText("keyDetails")
        self.verifier = try Verifier(verifier)
        guard canonicalBody == body else {
            throw .malformed(field: "log entry", found: "written otherwise", expected: "RFC 8785 JSON")
        }
    }

    /// The one way to write it down (RFC 8785), rebuilt from what it says.
    var canonicalBody: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", "0.0.2")
        writer.member("kind", "hashedrekord")
        writer.key("spec")
        writer.beginObject()
        writer.key("hashedRekordV002")
        writer.beginObject()
        writer.key("data")
        writer.beginObject()
        writer.member("algorithm", function.protobufName)
        writer.member("digest", Base64.encode(digest))
        writer.endObject()
        writeSignature(to: &writer)
        writer.endObject()
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func writeSignature(to writer: inout JSONWriter) {
        writer.key("signature")
        writer.beginObject()
        writer.member("content", Base64.encode(signature))
        writer.key("verifier")
        writer.beginObject()
        writer.member("keyDetails", keyDetails)
        switch verifier {
        case .certificate: writer.key("x509Certificate")
        case .publicKey: writer.key("publicKey")
        }
        writer.beginObject()
        writer.member("rawBytes", Base64.encode(verifier.bytes))
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}

extension HashedRekordV2.Verifier {
    fileprivate init(_ object: WireObject) throws(FormatError) {
        let certificate = try object.object("x509Certificate", keys: ["rawBytes"])
        let key = try object.object("publicKey", keys: ["rawBytes"])
        switch (certificate, key) {
        case (let certificate?, nil): self = .certificate(try certificate.requiredBytes("rawBytes"))
        case (nil, let key?): self = .publicKey(try key.requiredBytes("rawBytes"))
        default:
            throw .malformed(
                field: object.path, found: certificate == nil ? "empty" : "both",
                expected: "one of `x509Certificate` and `publicKey`")
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .certificate(let bytes), .publicKey(let bytes): bytes
        }
    }
}
