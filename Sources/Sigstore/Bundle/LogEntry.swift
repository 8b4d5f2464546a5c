import Cryptography

/// An entry of a transparency log as it was presented, with the log's promise or proof that it is there (protobuf-specs,
/// sigstore_rekor.proto; cosign's SIGNATURE_SPEC for the annotation of a layer).
public struct LogEntry: Hashable, Sendable {
    /// Of the log as a whole; the log that signs it counts over all its shards.
    public let index: Int
    /// The 32 bytes by which the trusted root knows the log.
    public let logID: [UInt8]
    /// `hashedrekord`, `dsse` or `intoto`, and which form of it; nil where only the body says so.
    public let kind: Kind?
    /// Seconds since 1970, as the log says: worth something only where it has signed it.
    public let integratedTime: Int?
    /// Over body, time, log and index: Rekor v1's promise to include it.
    public let signedEntryTimestamp: [UInt8]?
    public let inclusionProof: InclusionProof?
    /// What the log holds, byte for byte.
    public let body: [UInt8]

    public struct Kind: Hashable, Sendable {
        public let name: String
        public let version: String

        init(name: String, version: String) {
            (self.name, self.version) = (name, version)
        }

        public static func == (left: Kind, right: Kind) -> Bool {
            left.name.isSpelled(right.name) && left.version.isSpelled(right.version)
        }
    }

    /// The way from the entry to the root of a tree that a checkpoint signs (RFC 6962 section 2.1.1).
    public struct InclusionProof: Hashable, Sendable {
        /// Within the shard.
        public let index: Int
        public let treeSize: Int
        public let rootHash: [UInt8]
        public let hashes: [[UInt8]]
        /// A signed note (C2SP).
        public let checkpoint: String

        /// A tree of more entries than there are numbers for has no longer way.
        static let maximumHashes = 64
    }

    /// The largest bodies repeat an attestation.
    static let maximumBodyBytes = SigstoreBundle.maximumBytes

    static let keys: [StaticString] = [
        "logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody",
    ]

    /// From a bundle.
    init(_ object: WireObject) throws(FormatError) {
        index = try object.count("logIndex")
        logID = try object.requiredObject("logId", keys: ["keyId"]).hash("keyId", length: 32)
        let kind = try object.requiredObject("kindVersion", keys: ["kind", "version"])
        self.kind = Kind(name: try kind.requiredText("kind"), version: try kind.requiredText("version"))
        let seconds = try object.count("integratedTime")
        integratedTime = seconds == 0 ? nil : seconds
        let promise = try object.object("inclusionPromise", keys: ["signedEntryTimestamp"])
        signedEntryTimestamp = try promise?.bytes("signedEntryTimestamp")
        inclusionProof = try object.object("inclusionProof", keys: InclusionProof.keys).map(InclusionProof.init)
        body = try object.requiredBytes("canonicalizedBody")
    }

    /// Of another document than a bundle, in which only the body says what kind it is.
    init(
        index: Int, logID: [UInt8], integratedTime: Int, signedEntryTimestamp: [UInt8]?,
        inclusionProof: InclusionProof? = nil, body: [UInt8]
    ) {
        (self.index, self.logID, self.integratedTime) = (index, logID, integratedTime)
        (self.signedEntryTimestamp, self.inclusionProof, self.body) = (signedEntryTimestamp, inclusionProof, body)
        kind = nil
    }
}

extension LogEntry.InclusionProof {
    fileprivate static let keys: [StaticString] = ["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"]

    /// A proof without a checkpoint leads to a root that nobody has signed, so it is refused.
    fileprivate init(_ object: WireObject) throws(FormatError) {
        index = try object.count("logIndex")
        treeSize = try object.count("treeSize")
        rootHash = try object.hash("rootHash", length: 32)
        var hashes: [[UInt8]] = []
        for (value, path) in try object.elements("hashes", limit: Self.maximumHashes) {
            let hash = try WireObject.bytes(value, path: path)
            guard hash.count == 32 else {
                throw .malformed(field: path, found: "of \(hash.count) bytes", expected: "a hash of 32 bytes")
            }
            hashes.append(hash)
        }
        self.hashes = hashes
        checkpoint = try object.requiredObject("checkpoint", keys: ["envelope"]).requiredText("envelope")
    }
}
