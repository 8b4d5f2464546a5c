public import Cryptography
public import Timestamp

/// A transparency log with a real tree: Rekor v1, which promises with a signed entry timestamp and proves, or Rekor v2, which
/// only proves.
public struct SimulatedRekor: Sendable {
    public enum Version: Sendable, Hashable {
        /// A shard of a log: its entries are counted on from those of earlier shards.
        case v1(treeID: Int, firstIndex: Int)
        case v2
    }

    public let version: Version
    public let host: String
    public let key: PrivateKey
    public private(set) var tree = SimulatedTree()
    /// Who cosigns the checkpoints; their lines come before the log's own.
    public var witnesses: [(name: String, key: PrivateKey)] = []

    /// A log that already holds some strangers' entries.
    public init(_ version: Version, host: String) throws {
        (self.version, self.host) = (version, host)
        key = try PrivateKey.generate(version == .v2 ? .ed25519 : .ecdsaP256)
        for number in 0..<11 { _ = tree.append(Array("entry \(number) of \(host)".utf8)) }
    }

    public var origin: String {
        switch version {
        case .v1(let treeID, _): "\(host) - \(treeID)"
        case .v2: host
        }
    }

    public var baseURL: String { "https://\(host)" }

    /// 32 bytes, as a trusted root and entries have it.
    public var id: [UInt8] {
        get throws {
            version == .v2 ? try NoteSigner.longKeyID(key, name: origin, type: 1) : key.publicKey.fingerprint
        }
    }

    public var noteSigner: NoteSigner {
        get throws {
            version == .v2 ? try .ed25519(key, name: origin) : .rekorV1(key, name: host)
        }
    }

    /// Logs a body, and a stranger's after it. The time is the entry's integrated time and that of the witnesses.
    public mutating func log(_ facts: EntryFacts, at time: Instant) throws -> LoggedEntry {
        let body = facts.body
        let index = tree.append(body)
        _ = tree.append(Array("entry \(index + 1) of \(host)".utf8))
        var entry = LoggedEntry(
            logIndex: index, logID: try id, kind: facts.kind.name, version: facts.kind.version, body: body)
        entry.proof = LoggedEntry.Proof(
            logIndex: index, rootHash: tree.root, treeSize: tree.size, hashes: tree.path(to: index),
            checkpoint: try checkpoint(at: time).signed())
        if case .v1(_, let firstIndex) = version {
            entry.logIndex += firstIndex
            entry.integratedTime = Int(time.seconds)
            entry.promise = try promise(for: entry)
        }
        return entry
    }

    /// The state of the tree now, with the log's signature and those of its witnesses.
    public func checkpoint(at time: Instant) throws -> CheckpointDraft {
        let cosigners = try witnesses.map { try NoteSigner.witness($0.key, name: $0.name, at: Int(time.seconds)) }
        var draft = CheckpointDraft(origin: origin, tree: tree, signers: cosigners + [try noteSigner])
        if case .v1 = version { draft.extensions = ["Timestamp: \(time.seconds)000000000"] }
        return draft
    }

    /// A signed entry timestamp over what the entry says. `key` is the log's unless a lie has another.
    public func promise(for entry: LoggedEntry, by key: PrivateKey? = nil) throws -> [UInt8] {
        let promised: JSONTree = [
            "body": .base64(entry.body), "integratedTime": .integer(entry.integratedTime ?? 0),
            "logID": .string(entry.logID.hexadecimal), "logIndex": .integer(entry.logIndex),
        ]
        return try (key ?? self.key).sign(promised.canonicalBytes, scheme: .ecdsa(.sha256))
    }
}

/// An entry as the log hands it out.
public struct LoggedEntry: Sendable {
    /// Of the whole log.
    public var logIndex: Int
    public var logID: [UInt8]
    public var kind: String
    public var version: String
    public var body: [UInt8]
    /// Seconds since 1970; Rekor v2 states none.
    public var integratedTime: Int?
    /// The signed entry timestamp of Rekor v1.
    public var promise: [UInt8]?
    public var proof: Proof?

    public struct Proof: Sendable {
        /// Of the shard.
        public var logIndex: Int
        public var rootHash: [UInt8]
        public var treeSize: Int
        public var hashes: [[UInt8]]
        /// Nil: left out.
        public var checkpoint: String?
    }

    /// As a bundle has it (`TransparencyLogEntry`).
    public var json: JSONTree {
        [
            "logIndex": "\(logIndex)", "logId": ["keyId": .base64(logID)],
            "kindVersion": ["kind": .string(kind), "version": .string(version)],
            "integratedTime": integratedTime.map { "\($0)" },
            "inclusionPromise": promise.map { ["signedEntryTimestamp": .base64($0)] },
            "inclusionProof": proof?.json, "canonicalizedBody": .base64(body),
        ]
    }

    /// As the annotation of a cosign signature has it.
    public var annotation: JSONTree {
        [
            "SignedEntryTimestamp": promise.map(JSONTree.base64),
            "Payload": [
                "body": .base64(body), "integratedTime": .integer(integratedTime ?? 0),
                "logIndex": .integer(logIndex), "logID": .string(logID.hexadecimal),
            ],
        ]
    }
}

extension LoggedEntry.Proof {
    var json: JSONTree {
        [
            "logIndex": "\(logIndex)", "rootHash": .base64(rootHash), "treeSize": "\(treeSize)",
            "hashes": .array(hashes.map(JSONTree.base64)),
            "checkpoint": checkpoint.map { ["envelope": .string($0)] },
        ]
    }
}
