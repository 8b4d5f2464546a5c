public import Cryptography
import StrictJSON
public import Timestamp

/// A trusted collection whose keys are all at hand, as a notary server keeps it: it publishes what it is told to, with at most
/// one lie at a time.
public struct SimulatedNotary: Sendable {
    /// The clock of all tests; what is published lives for years from here unless it is told otherwise.
    public static let now = Instant(secondsSince1970: 1_900_000_000)
    public static let later = "2040-01-01T00:00:00.123456789+02:00"
    public static let past = "2030-01-01T00:00:00Z"

    /// The collection's name: `registry.example.com/team/app`.
    public let name: String
    public var root: Role
    public var timestamp: Role
    public var snapshot: Role
    public var targets: Role
    public var tags: [String: Tag] = [:]
    /// In the order in which `targets` has them.
    public var delegations: [Delegation] = []
    public var lie: NotaryLie?
    /// What whoever asks finds, by the names that a server has for it: `timestamp.json`, `targets/releases.<hash>.json`.
    public var files: [String: [UInt8]] = [:]

    public struct Role: Sendable {
        public var version = 1
        public var keys: [NotaryKey]
        public var threshold = 1
        public var expires = SimulatedNotary.later
        /// Who signs, if not all of `keys`.
        public var signers: [NotaryKey]?

        public init(_ keys: [NotaryKey], threshold: Int = 1) { (self.keys, self.threshold) = (keys, threshold) }
    }

    public struct Delegation: Sendable {
        /// `targets/releases`
        public let name: String
        public var role: Role
        public var tags: [String: Tag]
        public var paths: [String]
        public var isPublished = true

        public init(_ name: String, _ keys: [NotaryKey], tags: [String: Tag] = [:], paths: [String] = [""]) {
            (self.name, role, self.tags, self.paths) = (name, Role(keys), tags, paths)
        }
    }

    /// What a tag stands for.
    public struct Tag: Sendable, Hashable {
        public var sha256: [UInt8]
        public var sha512: [UInt8]?
        public var length = 528

        public init(sha256: [UInt8], sha512: [UInt8]? = nil) { (self.sha256, self.sha512) = (sha256, sha512) }
    }

    /// With one key for each role, as the docker client and a server make them.
    ///
    /// - Parameter server: the kind of the server's own key.
    public init(of name: String, root: NotaryKey? = nil, server: KeyAlgorithm = .ecdsaP256) throws {
        self.name = name
        self.root = Role([try root ?? NotaryKey.root(for: name)])
        timestamp = Role([try NotaryKey.generate(server)])
        snapshot = Role([try NotaryKey.generate()])
        targets = Role([try NotaryKey.generate()])
    }

    /// Publishes all of it. The root too, unless a test has published it by itself.
    public mutating func publish() throws {
        if files["\(root.version).root.json"] == nil { try publishRoot() }
        var listed: [(String, [UInt8])] = [("root", files["root.json"] ?? [])]
        for delegation in delegations where delegation.isPublished {
            let bytes = try document(delegation)
            put(bytes, as: delegation.name)
            listed.append((delegation.name, bytes))
        }
        let targets = try targetsDocument()
        put(targets, as: "targets")
        listed.append(("targets", targets))
        let snapshot = try snapshotDocument(listing: listed)
        put(snapshot, as: "snapshot")
        try publishTimestamp(listing: snapshot)
    }

    /// Publishes a new timestamp alone.
    public mutating func publishTimestamp(listing snapshot: [UInt8]? = nil) throws {
        let snapshot = snapshot ?? files["snapshot.json"] ?? []
        let tree = header("Timestamp", timestamp, expiredBy: .timestampExpired).with(
            "meta", .object([.init("snapshot", listing(of: snapshot, isOther: lie == .otherSnapshotListed))]))
        put(try sign(tree, by: timestamp), as: "timestamp")
    }

    /// A new version of everything but the root.
    public mutating func publishNext() throws {
        timestamp.version += 1
        snapshot.version += 1
        targets.version += 1
        for index in delegations.indices { delegations[index].role.version += 1 }
        try publish()
    }

    /// Publishes the root as it is now, signed by its keys and by those of the former root that `others` are.
    public mutating func publishRoot(alsoBy others: [NotaryKey] = []) throws {
        let roles = [
            ("root", root), ("targets", try believedTargets), ("snapshot", snapshot), ("timestamp", timestamp),
        ]
        var keys = keyList(roles.flatMap(\.1.keys))
        if lie == .otherKeyID { keys = keys.renamingFirst(to: String(repeating: "0", count: 64)) }
        var trees = roles.map { name, role in JSONTree.Member(name, keysOf(role)) }
        if lie == .noThreshold { trees[1].value["threshold"] = 0 }
        let tree = header("Root", root, expiredBy: .rootExpired)
            .with("consistent_snapshot", .boolean(false)).with("keys", keys).with("roles", .object(trees))
        var signing = root
        signing.signers = (root.signers ?? root.keys) + others
        let bytes = try sign(tree, by: signing)
        put(bytes, as: "root")
        files["\(root.version).root.json"] = bytes
    }

    /// Whom the root lets speak for the targets, with what a lie makes of it.
    private var believedTargets: Role {
        get throws {
            var role = targets
            if lie == .oneKeyTwice || lie == .oneKeyUnderTwoIDs { role.threshold = 2 }
            if lie == .oneKeyUnderTwoIDs { role.keys += try role.keys.map { try $0.certified(for: name) } }
            return role
        }
    }

    /// A document under the names that a server has for it.
    public mutating func put(_ bytes: [UInt8], as role: String) {
        files["\(role).json"] = bytes
        files["\(role).\(SHA2.sha256(bytes).hexadecimal).json"] = bytes
    }

    // MARK: - Documents

    private func targetsDocument() throws -> [UInt8] {
        var tree = header("Targets", targets, expiredBy: .targetsExpired).with("targets", tagTree(tags))
            .with("delegations", delegationTree())
        switch lie {
        case .otherType: tree["_type"] = "Snapshot"
        case .typeInLowerCase: tree["_type"] = "targets"
        case .versionZero: tree["version"] = 0
        case .expiryWithoutTime: tree["expires"] = "2040-01-01"
        default: break
        }
        var role = try believedTargets
        if lie == .noSignature { role.signers = [] }
        let bytes = try sign(tree, by: role, isAbout: "targets")
        switch lie {
        case .versionWithFraction:
            return replacing("\"version\":\(targets.version)", by: "\"version\":\(targets.version).0", in: bytes)
        case .tagTwice: return replacing("\"targets\":{", by: "\"targets\":{\"again\":1,\"again\":2,", in: bytes)
        case .trailingBytes: return bytes + Array("{}".utf8)
        default: return bytes
        }
    }

    private func document(_ delegation: Delegation) throws -> [UInt8] {
        let tree = header("Targets", delegation.role, expiredBy: .delegationExpired)
            .with("targets", tagTree(delegation.tags)).with("delegations", ["keys": .object([]), "roles": []])
        return try sign(tree, by: delegation.role)
    }

    private func snapshotDocument(listing documents: [(String, [UInt8])]) throws -> [UInt8] {
        let meta = documents.compactMap { name, bytes -> JSONTree.Member? in
            let isOther =
                switch name {
                case "root": lie == .otherRootListed
                case "targets": lie == .otherTargetsListed
                default: lie == .otherDelegationListed
                }
            if name == "targets", lie == .targetsNotListed { return nil }
            if name == "root", lie == .rootNotListed { return nil }
            return .init(name, listing(of: bytes, isOther: isOther))
        }
        return try sign(
            header("Snapshot", snapshot, expiredBy: .snapshotExpired).with("meta", .object(meta)), by: snapshot)
    }

    private func header(_ type: String, _ role: Role, expiredBy lie: NotaryLie) -> JSONTree {
        [
            "_type": .string(type), "version": .integer(role.version),
            "expires": .string(self.lie == lie ? SimulatedNotary.past : role.expires),
        ]
    }

    private func delegationTree() -> JSONTree {
        var keys = keyList(delegations.flatMap(\.role.keys))
        if lie == .otherKeyIDOfDelegation { keys = keys.renamingFirst(to: String(repeating: "0", count: 64)) }
        var roles: [JSONTree] = []
        for delegation in delegations {
            var tree = keysOf(delegation.role).with("name", .string(delegation.name))
                .with("paths", .array(delegation.paths.map { .string($0) }))
            switch lie {
            case .noThresholdOfDelegation: tree["threshold"] = 0
            case .delegationNamedLikePath: tree["name"] = "targets/../root"
            case .delegationOfAnother: tree["name"] = "targets/releases/nightly"
            case .delegationTwice: roles.append(tree)
            default: break
            }
            roles.append(tree)
        }
        return ["keys": keys, "roles": .array(roles)]
    }

    private func tagTree(_ tags: [String: Tag]) -> JSONTree {
        .object(
            tags.sorted { $0.key < $1.key }.map { name, tag in
                let hash = lie == .shortHash ? Array(tag.sha256.dropLast()) : tag.sha256
                let hashes: JSONTree = ["sha256": .base64(hash), "sha512": tag.sha512.map { .base64($0) }]
                return .init(name, ["hashes": hashes, "length": .integer(tag.length)])
            })
    }

    private func listing(of bytes: [UInt8], isOther: Bool) -> JSONTree {
        let bytes = isOther ? bytes + [0x20] : bytes
        return [
            "hashes": ["sha256": .base64(SHA2.sha256(bytes)), "sha512": .base64(SHA2.sha512(bytes))],
            "length": .integer(bytes.count),
        ]
    }

    private func keyList(_ keys: [NotaryKey]) -> JSONTree {
        var seen: Set<String> = []
        return .object(keys.filter { seen.insert($0.id).inserted }.map { .init($0.id, $0.tree) })
    }

    private func keysOf(_ role: Role) -> JSONTree {
        // As Go writes a list that nothing was put in.
        let keys = role.keys.isEmpty ? JSONTree.null : .array(role.keys.map { .string($0.id) })
        return ["keyids": keys, "threshold": .integer(role.threshold)]
    }

    private func replacing(_ text: String, by other: String, in bytes: [UInt8]) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).replacing(text, with: other).utf8)
    }
}

// MARK: - Signing

extension SimulatedNotary {
    /// Metadata of `signed`, with the signatures of a role over its canonical form.
    private func sign(_ signed: JSONTree, by role: Role, isAbout name: String = "") throws -> [UInt8] {
        let canonical = try JSONDocument(parsing: signed.bytes).root.canonicalOLPC ?? []
        var signatures: [JSONTree] = []
        for key in role.signers ?? role.keys {
            var (bytes, method) = (try key.sign(canonical), key.method)
            if name == "targets" {
                switch lie {
                case .strangersSignature: bytes = try NotaryKey.generate(key.key.algorithm).sign(canonical)
                case .signatureInDER: bytes = try key.key.sign(canonical, scheme: .ecdsa(.sha256))
                case .otherMethod: method = "eddsa"
                default: break
                }
            }
            signatures.append(["keyid": .string(key.id), "method": .string(method), "sig": .base64(bytes)])
        }
        if name == "targets", lie == .oneKeyTwice { signatures = Array(signatures.prefix(1)) + signatures.prefix(1) }
        return (["signed": signed, "signatures": .array(signatures)] as JSONTree).bytes
    }
}

extension JSONTree.Member {
    init(_ name: String, _ value: JSONTree) { (self.name, self.value) = (name, value) }
}

extension JSONTree {
    func with(_ name: String, _ value: JSONTree) -> JSONTree {
        var tree = self
        tree[name] = value
        return tree
    }

    func renamingFirst(to name: String) -> JSONTree {
        guard case .object(var members) = self, !members.isEmpty else { return self }
        members[0].name = name
        return .object(members)
    }
}
