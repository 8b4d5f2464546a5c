public import Cryptography
import StrictJSON
public import Timestamp

/// What a file of metadata says (sections 4.2 to 4.7), for people to read. Nothing of it is verified: neither that the keys
/// of its role have signed it, nor that it is the newest; an update does that.
public struct ClaimedMetadata: Sendable {
    /// That of targets, the largest.
    public static let maximumBytes = TUFLimits().targetsBytes

    public let version: Int
    public let expires: Instant
    public let content: Content
    public let signatures: [Signature]

    public enum Content: Sendable {
        case root(consistentSnapshot: Bool, keys: [Key], roles: [Role])
        /// Which metadata there is, by the names of files.
        case timestamp([File])
        case snapshot([File])
        case targets([File], keys: [Key], delegations: [Role])
    }

    public struct Signature: Hashable, Sendable {
        public let keyID: String
        /// Of a key that has yet to sign.
        public let isEmpty: Bool
    }

    public struct Key: Hashable, Sendable {
        public let keyID: String
        /// As it is written: type and scheme.
        public let type: String
        /// Nil for a key of a kind that is not understood; it counts for no threshold.
        public let key: PublicKey?
    }

    /// A role, and which keys speak for it.
    public struct Role: Hashable, Sendable {
        public let name: String
        public let threshold: Int
        public let keyIDs: [String]
        /// What it may speak for, of a delegated role: patterns of paths, or beginnings of hashes.
        public let paths: [String]
        /// Whether after it nobody else is asked.
        public let isTerminating: Bool
    }

    /// A file that is listed.
    public struct File: Hashable, Sendable {
        public let name: String
        /// Of metadata.
        public let version: Int?
        public let length: Int?
        /// `sha256:…`; those of functions that are not known are left out.
        public let hashes: [String]
    }
}

extension ClaimedMetadata {
    /// Reads metadata as strictly as an update does. Throws what an update would say, with the place in the document.
    public init(parsing bytes: [UInt8]) throws(TUFError.Reason) {
        let metadata = try SignedMetadata(parsing: bytes, limit: ClaimedMetadata.maximumBytes)
        let (claimed, keyIDs) = metadata.claimed
        signatures = keyIDs.map { Signature(keyID: $0.keyID, isEmpty: $0.isEmpty) }
        let type = claimed.signed["_type"]
        let header: MetadataHeader
        switch String(decoding: try type.text(), as: UTF8.self) {
        case "root":
            let root = try RootMetadata(claimed)
            header = root.header
            content = .root(
                consistentSnapshot: root.consistentSnapshot, keys: try Key.all(in: claimed.signed["keys"]),
                roles: try Role.all(ofRoot: claimed.signed["roles"]))
        case "timestamp":
            header = try TimestampMetadata(claimed).header
            content = .timestamp(try File.metadata(in: claimed.signed["meta"]))
        case "snapshot":
            header = try SnapshotMetadata(claimed).header
            content = .snapshot(try File.metadata(in: claimed.signed["meta"]))
        case "targets":
            header = try TargetsMetadata(claimed).header
            let delegations = claimed.signed["delegations"]
            content = .targets(
                try File.targets(in: claimed.signed["targets"]),
                keys: delegations.isPresent ? try Key.all(in: delegations["keys"]) : [],
                delegations: delegations.isPresent ? try Role.all(in: delegations["roles"]) : [])
        default: throw type.mistake("`root`, `timestamp`, `snapshot` or `targets`")
        }
        (version, expires) = (header.version, header.expires)
    }
}

extension ClaimedMetadata.Key {
    fileprivate static func all(in field: Field) throws(TUFError.Reason) -> [Self] {
        try field.members().map { name, key in
            let words = [key["keytype"].value?.string, key["scheme"].value?.string].compactMap { $0 }
            return Self(
                keyID: String(decoding: name, as: UTF8.self), type: words.joined(separator: " "),
                key: RepositoryKey(key)?.key)
        }
    }
}

extension ClaimedMetadata.Role {
    fileprivate static func all(ofRoot field: Field) throws(TUFError.Reason) -> [Self] {
        var roles: [Self] = []
        for (name, role) in try field.members() {
            roles.append(try Self(role, name: String(decoding: name, as: UTF8.self), paths: [], isTerminating: false))
        }
        return roles
    }

    /// Of delegations, in the order in which they are asked.
    fileprivate static func all(in field: Field) throws(TUFError.Reason) -> [Self] {
        var roles: [Self] = []
        for role in try field.elements() {
            let isByPath = role["paths"].isPresent
            var paths: [String] = []
            for path in try role[isByPath ? "paths" : "path_hash_prefixes"].elements() {
                paths.append(String(decoding: try path.text(), as: UTF8.self))
            }
            roles.append(
                try Self(
                    role, name: String(decoding: try role["name"].text(), as: UTF8.self),
                    paths: isByPath ? paths : paths.map { "sha256:\($0)…" },
                    isTerminating: try role["terminating"].boolean()))
        }
        return roles
    }

    private init(_ field: Field, name: String, paths: [String], isTerminating: Bool) throws(TUFError.Reason) {
        (self.name, self.paths, self.isTerminating) = (name, paths, isTerminating)
        threshold = try field["threshold"].number(from: 1)
        var keyIDs: [String] = []
        for keyID in try field["keyids"].elements() {
            keyIDs.append(String(decoding: try keyID.text(), as: UTF8.self))
        }
        self.keyIDs = keyIDs
    }
}

extension ClaimedMetadata.File {
    fileprivate static func metadata(in field: Field) throws(TUFError.Reason) -> [Self] {
        var files: [Self] = []
        for (name, file) in try field.members() {
            let listed = try ListedMetadata(file)
            files.append(Self(name, version: listed.version, listed.content))
        }
        return files
    }

    fileprivate static func targets(in field: Field) throws(TUFError.Reason) -> [Self] {
        var files: [Self] = []
        for (name, file) in try field.members() { files.append(Self(name, version: nil, try FileDescription(file))) }
        return files
    }

    private init(_ name: [UInt8], version: Int?, _ content: FileDescription) {
        (self.name, self.version) = (String(decoding: name, as: UTF8.self), version)
        length = content.length
        hashes = content.hashes.map { "\($0.name):\($0.digest.hexadecimal)" }
    }
}
