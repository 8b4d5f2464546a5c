import Cryptography
import StrictJSON

/// The documents in which entries stand beside bundles.
extension LogEntry {
    /// One entry as it is written down by itself; an attestation in it repeats its image's packages.
    public static let maximumBytes = SigstoreBundle.maximumBytes

    private static let limits = JSONLimits(
        maximumBytes: maximumBytes, maximumDepth: 16, maximumValues: 1 << 12, maximumStringBytes: maximumBytes)

    /// Reads an entry as a bundle has it (protobuf-specs, sigstore_rekor.proto, `TransparencyLogEntry`), as cosign writes it
    /// into the annotation of a layer, or as Rekor v1 answers: under its identifier (rekor, openapi.yaml, `LogEntry`).
    ///
    /// Throws what is missing or malformed, and an answer with other than one entry.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let root = try WireObject(document: "log entry", parsing: bytes, limits: LogEntry.limits, keys: nil)
        if root.member("canonicalizedBody") != nil || root.member("logId") != nil {
            try self.init(WireObject(root.value, path: root.path, isRoot: true, keys: LogEntry.keys))
        } else if root.member("SignedEntryTimestamp") != nil || root.member("Payload") != nil {
            try self.init(
                ofAnnotation: WireObject(root.value, path: root.path, isRoot: true, keys: LogEntry.annotationKeys))
        } else {
            try self.init(ofAnswer: root)
        }
    }

    static let annotationKeys: [StaticString] = ["SignedEntryTimestamp", "Payload"]

    /// Of a layer's annotation (cosign's SIGNATURE_SPEC).
    init(ofAnnotation root: WireObject) throws(FormatError) {
        let payload = try root.requiredObject("Payload", keys: ["body", "integratedTime", "logIndex", "logID"])
        self.init(
            index: try payload.number("logIndex"), logID: try payload.hash("logID", length: 32, hexadecimal: true),
            integratedTime: try payload.number("integratedTime"),
            signedEntryTimestamp: try root.requiredBytes("SignedEntryTimestamp"),
            body: try payload.requiredBytes("body"))
    }

    /// Of an answer of Rekor v1.
    private init(ofAnswer root: WireObject) throws(FormatError) {
        let members = Array(root.value.members)
        guard members.count == 1, let member = members.first else {
            throw .malformed(field: root.path, found: "\(members.count) members", expected: "one entry")
        }
        let entry = try WireObject(
            member.value, path: root.path(of: member.key.quoted),
            keys: ["attestation", "body", "integratedTime", "logID", "logIndex", "verification"])
        let verification = try entry.object("verification", keys: ["inclusionProof", "signedEntryTimestamp"])
        let proof = try verification?.object(
            "inclusionProof", keys: ["checkpoint", "hashes", "logIndex", "rootHash", "treeSize"])
        self.init(
            index: try entry.number("logIndex"), logID: try entry.hash("logID", length: 32, hexadecimal: true),
            integratedTime: try entry.number("integratedTime"),
            signedEntryTimestamp: try verification?.bytes("signedEntryTimestamp"),
            inclusionProof: try proof.map { object throws(FormatError) in try InclusionProof(ofAnswer: object) },
            body: try entry.requiredBytes("body"))
    }
}

extension LogEntry.InclusionProof {
    fileprivate init(ofAnswer object: WireObject) throws(FormatError) {
        index = try object.number("logIndex")
        treeSize = try object.number("treeSize")
        rootHash = try object.hash("rootHash", length: 32, hexadecimal: true)
        var hashes: [[UInt8]] = []
        for (value, path) in try object.elements("hashes", limit: Self.maximumHashes) {
            guard let hash = value.stringUTF8.flatMap({ Hexadecimal.decode($0) }), hash.count == 32 else {
                throw .malformed(field: path, found: value.described, expected: "32 bytes in lower-case hexadecimal")
            }
            hashes.append(hash)
        }
        self.hashes = hashes
        checkpoint = try object.requiredText("checkpoint")
    }
}
