public import Cryptography

/// What an entry of Rekor states about one signature, before it is written as a body.
public struct EntryFacts: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case hashedRekord = "hashedrekord/0.0.1"
        case dsse = "dsse/0.0.1"
        case intotoV1 = "intoto/0.0.1"
        case intotoV2 = "intoto/0.0.2"
        /// The oldest, which no verifier of images has reason to accept.
        case rekord = "rekord/0.0.1"
        /// The only kind of Rekor v2.
        case hashedRekordV2 = "hashedrekord/0.0.2"

        public var name: String { String(rawValue.prefix { $0 != "/" }) }
        public var version: String { String(rawValue.drop { $0 != "/" }.dropFirst()) }
    }

    public var kind: Kind
    /// Over what was signed.
    public var digest: [UInt8]
    /// Which made `digest`.
    public var function: HashFunction
    public var signature: [UInt8]
    public var verifier: Verifier
    /// Of entries about envelopes.
    public var payload: [UInt8] = []
    public var payloadType = ""
    /// SHA-256 over the envelope as it was handed in.
    public var envelopeDigest: [UInt8] = []
    public var keyDetails: String

    public enum Verifier: Sendable {
        /// DER.
        case certificate([UInt8])
        /// DER SubjectPublicKeyInfo.
        case key([UInt8])

        public var pem: [UInt8] {
            switch self {
            case .certificate(let der): pemBlock("CERTIFICATE", der)
            case .key(let der): pemBlock("PUBLIC KEY", der)
            }
        }
    }

    public init(
        kind: Kind, digest: [UInt8], by function: HashFunction = .sha256, signature: [UInt8], verifier: Verifier,
        keyDetails: String
    ) {
        (self.kind, self.digest, self.function, self.signature) = (kind, digest, function, signature)
        (self.verifier, self.keyDetails) = (verifier, keyDetails)
    }

    /// The canonical bytes that are logged.
    public var body: [UInt8] {
        let body: JSONTree = ["apiVersion": .string(kind.version), "kind": .string(kind.name), "spec": specification]
        return body.canonicalBytes
    }

    private var specification: JSONTree {
        let verifierPEM = JSONTree.base64(verifier.pem)
        let payloadHash = hash(SHA2.sha256(payload))
        switch kind {
        case .hashedRekord:
            return [
                "data": ["hash": hash(digest, by: function)],
                "signature": ["content": .base64(signature), "publicKey": ["content": verifierPEM]],
            ]
        case .dsse:
            return [
                "envelopeHash": hash(envelopeDigest), "payloadHash": payloadHash,
                "signatures": [["signature": .base64(signature), "verifier": verifierPEM]],
            ]
        case .intotoV1:
            return [
                "content": ["hash": hash(envelopeDigest), "payloadHash": payloadHash], "publicKey": verifierPEM,
            ]
        case .intotoV2:
            let doubly = JSONTree.base64(Array(Base64.encode(signature).utf8))
            return [
                "content": [
                    "envelope": [
                        "payloadType": .string(payloadType),
                        "signatures": [["publicKey": verifierPEM, "sig": doubly]],
                    ],
                    "hash": hash(envelopeDigest), "payloadHash": payloadHash,
                ]
            ]
        case .rekord:
            return [
                "data": ["hash": hash(digest, by: function)],
                "signature": [
                    "content": .base64(signature), "format": "x509", "publicKey": ["content": verifierPEM],
                ],
            ]
        case .hashedRekordV2:
            return [
                "hashedRekordV002": [
                    "data": ["algorithm": .string(function.protobufName), "digest": .base64(digest)],
                    "signature": ["content": .base64(signature), "verifier": verifierV2],
                ]
            ]
        }
    }

    private var verifierV2: JSONTree {
        switch verifier {
        case .certificate(let der):
            ["keyDetails": .string(keyDetails), "x509Certificate": ["rawBytes": .base64(der)]]
        case .key(let der): ["keyDetails": .string(keyDetails), "publicKey": ["rawBytes": .base64(der)]]
        }
    }

    private func hash(_ digest: [UInt8], by function: HashFunction = .sha256) -> JSONTree {
        ["algorithm": .string("\(function)"), "value": .string(digest.hexadecimal)]
    }
}

extension HashFunction {
    /// `HashAlgorithm` of Sigstore's protobuf specification.
    var protobufName: String {
        switch self {
        case .sha256: "SHA2_256"
        case .sha384: "SHA2_384"
        case .sha512: "SHA2_512"
        }
    }
}

extension KeyAlgorithm {
    /// `PublicKeyDetails` of Sigstore's protobuf specification.
    public var keyDetails: String {
        switch self {
        case .ecdsaP256: "PKIX_ECDSA_P256_SHA_256"
        case .ecdsaP384: "PKIX_ECDSA_P384_SHA_384"
        case .ecdsaP521: "PKIX_ECDSA_P521_SHA_512"
        case .rsa(let bits): "PKIX_RSA_PKCS1V15_\(bits)_SHA256"
        case .ed25519: "PKIX_ED25519"
        }
    }
}
