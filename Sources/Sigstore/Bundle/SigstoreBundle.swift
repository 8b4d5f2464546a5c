public import Cryptography
import StrictJSON

/// A Sigstore bundle as it was presented (protobuf-specs, sigstore_bundle.proto): one signature and everything that is
/// needed to verify it offline. Nothing in it is believed yet.
public struct SigstoreBundle: Hashable, Sendable {
    /// An attestation of a large image carries some megabytes of packages, base64 of base64.
    public static let maximumBytes = 32 << 20
    /// As other verifiers have it; a bundle has one entry, or one for each log.
    static let maximumEntries = 32
    /// Likewise, for each authority.
    static let maximumTimestamps = 32
    /// A leaf, some intermediates and a root.
    static let maximumCertificates = 8

    public let version: Version
    public let signer: Signer
    public let entries: [LogEntry]
    /// DER of RFC 3161 responses.
    public let timestamps: [[UInt8]]
    public let content: Content

    public enum Version: String, Hashable, Comparable, Sendable {
        case v0_1 = "0.1"
        case v0_2 = "0.2"
        case v0_3 = "0.3"

        public static func < (left: Version, right: Version) -> Bool {
            left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
        }
    }

    /// By what the signature is said to be made.
    public enum Signer: Hashable, Sendable {
        /// DER, the leaf first. What follows it only helps to find a path; none of it is ever believed.
        case certificate(leaf: [UInt8], intermediates: [[UInt8]])
        /// A key that the verifier has; the hint is for finding it and proves nothing.
        case key(hint: String)
    }

    /// What was signed.
    public enum Content: Hashable, Sendable {
        case message(MessageSignature)
        case envelope(DSSEEnvelope)
    }

    /// Reads a bundle of version 0.1, 0.2 or 0.3. Throws the first field that is not as its version has it.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let limits = JSONLimits(
            maximumBytes: SigstoreBundle.maximumBytes, maximumDepth: 16, maximumValues: 1 << 14,
            maximumStringBytes: SigstoreBundle.maximumBytes)
        let root = try WireObject(
            document: "bundle", parsing: bytes, limits: limits,
            keys: ["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])
        version = try Version(mediaType: root)
        let material = try root.requiredObject(
            "verificationMaterial",
            keys: ["certificate", "x509CertificateChain", "publicKey", "tlogEntries", "timestampVerificationData"])
        signer = try Signer(material, version)
        var entries: [LogEntry] = []
        for entry in try material.objects("tlogEntries", limit: SigstoreBundle.maximumEntries, keys: LogEntry.keys) {
            entries.append(try LogEntry(entry))
        }
        self.entries = entries
        timestamps = try SigstoreBundle.timestamps(material)
        content = try Content(root)
        try checkVersionRules()
    }

    private static func timestamps(_ material: WireObject) throws(FormatError) -> [[UInt8]] {
        guard let data = try material.object("timestampVerificationData", keys: ["rfc3161Timestamps"]) else {
            return []
        }
        var timestamps: [[UInt8]] = []
        for timestamp in try data.objects("rfc3161Timestamps", limit: maximumTimestamps, keys: ["signedTimestamp"]) {
            timestamps.append(try timestamp.requiredBytes("signedTimestamp"))
        }
        return timestamps
    }
}

/// A signature over the artifact itself.
public struct MessageSignature: Hashable, Sendable {
    /// What its maker says the artifact's digest is: a hint, which must be right nevertheless.
    public let digest: MessageDigest?
    public let signature: [UInt8]

    init(_ object: WireObject) throws(FormatError) {
        signature = try object.requiredBytes("signature")
        digest = try object.object("messageDigest", keys: ["algorithm", "digest"]).map(MessageDigest.init)
    }
}

/// A digest with the function that made it.
public struct MessageDigest: Hashable, Sendable {
    public let function: HashFunction
    public let bytes: [UInt8]

    fileprivate init(_ object: WireObject) throws(FormatError) {
        function = try HashFunction(protobuf: object, "algorithm")
        bytes = try object.hash("digest", length: function.digestLength)
    }
}

extension SigstoreBundle.Signer {
    fileprivate init(_ material: WireObject, _ version: SigstoreBundle.Version) throws(FormatError) {
        if version >= .v0_3, material.member("x509CertificateChain") != nil {
            throw .unknown(field: material.path(of: "x509CertificateChain"))
        }
        let certificate = try material.object("certificate", keys: ["rawBytes"])
        let chain = try material.object("x509CertificateChain", keys: ["certificates"])
        let key = try material.object("publicKey", keys: ["hint"])
        let given = [certificate, chain, key].compactMap { $0 }
        guard given.count == 1 else {
            throw .malformed(
                field: material.path, found: "of \(given.count) signers",
                expected: "one of `certificate`, `x509CertificateChain` and `publicKey`")
        }
        if let certificate {
            self = .certificate(leaf: try certificate.requiredBytes("rawBytes"), intermediates: [])
        } else if let chain {
            var certificates: [[UInt8]] = []
            let limit = SigstoreBundle.maximumCertificates
            for certificate in try chain.objects("certificates", limit: limit, keys: ["rawBytes"]) {
                certificates.append(try certificate.requiredBytes("rawBytes"))
            }
            guard let leaf = certificates.first else { throw .missing(field: chain.path(of: "certificates")) }
            self = .certificate(leaf: leaf, intermediates: Array(certificates.dropFirst()))
        } else {
            self = .key(hint: try key?.text("hint") ?? "")
        }
    }
}

extension SigstoreBundle.Content {
    fileprivate init(_ root: WireObject) throws(FormatError) {
        let message = try root.object("messageSignature", keys: ["messageDigest", "signature"])
        let envelope = try root.object("dsseEnvelope", keys: DSSEEnvelope.keys)
        switch (message, envelope) {
        case (let message?, nil): self = .message(try MessageSignature(message))
        case (nil, let envelope?): self = .envelope(try DSSEEnvelope(ofBundle: envelope))
        case (nil, nil): throw .missing(field: "messageSignature")
        case (_?, _?):
            throw .malformed(
                field: "dsseEnvelope", found: "beside a `messageSignature`", expected: "one of the two")
        }
    }
}

extension HashFunction {
    /// The name of protobuf-specs' `HashAlgorithm`.
    init(protobuf object: WireObject, _ key: StaticString) throws(FormatError) {
        let name = try object.requiredText(key)
        guard let function = HashFunction.allCases.first(where: { $0.protobufName.isSpelled(name) }) else {
            throw .unsupported(
                field: object.path(of: key), found: "`\(name.quoted)`", expected: "SHA2_256, SHA2_384 or SHA2_512")
        }
        self = function
    }

    var protobufName: String {
        switch self {
        case .sha256: "SHA2_256"
        case .sha384: "SHA2_384"
        case .sha512: "SHA2_512"
        }
    }

    /// As Rekor v1 and in-toto write it.
    public var lowerCaseName: String {
        switch self {
        case .sha256: "sha256"
        case .sha384: "sha384"
        case .sha512: "sha512"
        }
    }
}
