public import Timestamp

/// What a `trusted_root.json` says (Sigstore, `sigstore_trustroot.proto`).
public struct TrustedRootDraft: Sendable {
    public struct Log: Sendable {
        public var baseURL: String
        /// DER SubjectPublicKeyInfo.
        public var key: [UInt8]
        public var keyDetails: String
        public var id: [UInt8]
        public var window: Window
    }

    public struct Authority: Sendable {
        public var organization: String
        public var commonName: String
        public var uri: String
        /// DER; the anchor last.
        public var chain: [[UInt8]]
        public var window: Window
    }

    /// A closed interval.
    public struct Window: Sendable {
        public var start: Instant?
        public var end: Instant?

        var json: JSONTree {
            [
                "start": start.map { .string($0.rfc3339InSeconds) }, "end": end.map { .string($0.rfc3339InSeconds) },
            ]
        }
    }

    public var mediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
    public var transparencyLogs: [Log] = []
    public var certificateAuthorities: [Authority] = []
    public var certificateLogs: [Log] = []
    public var timestampAuthorities: [Authority] = []

    public init() {}

    public var json: JSONTree {
        [
            "mediaType": .string(mediaType), "tlogs": .array(transparencyLogs.map(\.json)),
            "certificateAuthorities": .array(certificateAuthorities.map(\.json)),
            "ctlogs": .array(certificateLogs.map(\.json)),
            "timestampAuthorities": .array(timestampAuthorities.map(\.json)),
        ]
    }
}

extension TrustedRootDraft.Log {
    var json: JSONTree {
        [
            "baseUrl": .string(baseURL), "hashAlgorithm": "SHA2_256",
            "publicKey": [
                "rawBytes": .base64(key), "keyDetails": .string(keyDetails), "validFor": window.json,
            ],
            "logId": ["keyId": .base64(id)],
        ]
    }
}

extension TrustedRootDraft.Authority {
    var json: JSONTree {
        [
            "subject": ["organization": .string(organization), "commonName": .string(commonName)],
            "uri": .string(uri),
            "certChain": ["certificates": .array(chain.map { ["rawBytes": .base64($0)] })],
            "validFor": window.json,
        ]
    }
}
