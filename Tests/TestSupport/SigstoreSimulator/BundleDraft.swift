/// What a Sigstore bundle says (Sigstore, `sigstore_bundle.proto`).
public struct BundleDraft: Sendable {
    public enum Version: String, Sendable, CaseIterable {
        case v01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
        case v02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
        case v03WithParameter = "application/vnd.dev.sigstore.bundle+json;version=0.3"
        case v03 = "application/vnd.dev.sigstore.bundle.v0.3+json"
    }

    /// How the key that verifies is found.
    public enum Verifier: Sendable {
        /// DER.
        case certificate([UInt8])
        /// DER, the leaf first.
        case chain([[UInt8]])
        case key(hint: String)
    }

    public enum Content: Sendable {
        case message(algorithm: String, digest: [UInt8], _ signature: [UInt8])
        case envelope(EnvelopeDraft)
    }

    public var mediaType: String
    public var verifier: Verifier
    public var entries: [LoggedEntry]
    /// DER TimeStampResp.
    public var timestamps: [[UInt8]]
    public var content: Content

    public var json: JSONTree {
        var material: JSONTree = [:]
        switch verifier {
        case .certificate(let der): material["certificate"] = ["rawBytes": .base64(der)]
        case .chain(let chain):
            material["x509CertificateChain"] = ["certificates": .array(chain.map { ["rawBytes": .base64($0)] })]
        case .key(let hint): material["publicKey"] = ["hint": .string(hint)]
        }
        material["tlogEntries"] = .array(entries.map(\.json))
        if !timestamps.isEmpty {
            let tokens = timestamps.map { ["signedTimestamp": .base64($0)] as JSONTree }
            material["timestampVerificationData"] = ["rfc3161Timestamps": .array(tokens)]
        }
        var bundle: JSONTree = ["mediaType": .string(mediaType), "verificationMaterial": material]
        switch content {
        case .message(let algorithm, let digest, let signature):
            bundle["messageSignature"] = [
                "messageDigest": ["algorithm": .string(algorithm), "digest": .base64(digest)],
                "signature": .base64(signature),
            ]
        case .envelope(let envelope): bundle["dsseEnvelope"] = envelope.json
        }
        return bundle
    }
}

/// A DSSE envelope (DSSE, `envelope.md`).
public struct EnvelopeDraft: Sendable {
    public var payload: [UInt8]
    public var payloadType: String
    public var signatures: [[UInt8]]
    public var keyID = ""

    public init(payload: [UInt8], payloadType: String, signatures: [[UInt8]]) {
        (self.payload, self.payloadType, self.signatures) = (payload, payloadType, signatures)
    }

    public var json: JSONTree {
        [
            "payload": .base64(payload), "payloadType": .string(payloadType),
            "signatures": .array(signatures.map { ["sig": .base64($0), "keyid": .string(keyID)] }),
        ]
    }
}
