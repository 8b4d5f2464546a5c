public import Cryptography
import StrictJSON
public import Timestamp

/// A repository whose keys are all at hand: it publishes what it is told to, right or wrong.
public struct SimulatedTUFRepository: Sendable {
    /// The clock of all tests; what is published lives for years from here unless it is told otherwise.
    public static let now = Instant(secondsSince1970: 1_900_000_000)
    public static let later = "2040-01-01T00:00:00Z"
    public static let past = "2030-01-01T00:00:00Z"

    public var root = Role(version: 1, keys: [], threshold: 2)
    public var timestamp = Role(version: 1, keys: [])
    public var snapshot = Role(version: 1, keys: [])
    public var targets = Role(version: 1, keys: [])
    /// By name, in the order in which the targets delegate to them.
    public var delegated: [Delegated] = []
    public var content: [String: [UInt8]] = ["file.txt": Array("content".utf8)]
    public var isConsistent = true
    /// Whether lengths and hashes of metadata are listed, not only versions.
    public var listsContent = true
    /// What whoever asks finds, under its path; targets under `targets/`.
    public var files: [String: [UInt8]] = [:]

    public struct Role: Sendable {
        public var version: Int
        public var keys: [PrivateKey]
        public var threshold = 1
        public var expires = SimulatedTUFRepository.later
        /// Who signs, if not all of `keys`.
        public var signers: [PrivateKey]?
        /// The versions that the snapshot, or of the snapshot the timestamp, lists, if not the true one.
        public var listedVersion: Int?

        public init(version: Int, keys: [PrivateKey], threshold: Int = 1) {
            (self.version, self.keys, self.threshold) = (version, keys, threshold)
        }
    }

    public struct Delegated: Sendable {
        public let name: String
        public var role: Role
        /// `"paths":[…]` or `"path_hash_prefixes":[…]`.
        public var coverage = #""paths":["*"]"#
        public var isTerminating = false
        public var content: [String: [UInt8]] = [:]
        /// Indices into `delegated` of the roles that this one delegates to.
        public var below: [Int] = []
        public var isTop = true
        public var isListed = true

        public init(
            name: String, role: Role, coverage: String = #""paths":["*"]"#, isTerminating: Bool = false,
            content: [String: [UInt8]] = [:], below: [Int] = [], isTop: Bool = true
        ) {
            (self.name, self.role, self.coverage) = (name, role, coverage)
            (self.isTerminating, self.content, self.below, self.isTop) = (isTerminating, content, below, isTop)
        }
    }

    public init() throws {
        root.keys = try SimulatedTUFRepository.keys(3)
        timestamp.keys = try SimulatedTUFRepository.keys(1)
        snapshot.keys = try SimulatedTUFRepository.keys(1)
        targets.keys = try SimulatedTUFRepository.keys(1)
        try publishRoot()
        try publish()
    }

    public static func keys(_ count: Int) throws -> [PrivateKey] {
        try (0..<count).map { _ in try PrivateKey.generate(.ed25519) }
    }

    /// The first root.
    public var pinnedRoot: [UInt8] { files["1.root.json"] ?? [] }

    /// Publishes the root as it is now, signed by its keys and by those of the former root that `others` are.
    public mutating func publishRoot(alsoBy others: [PrivateKey] = []) throws {
        let roles = [("root", root), ("timestamp", timestamp), ("snapshot", snapshot), ("targets", targets)]
        let keys = roles.flatMap(\.1.keys)
        let text = """
            {"_type":"root","spec_version":"1.0.31","version":\(root.version),"expires":"\(root.expires)",\
            "consistent_snapshot":\(isConsistent),"keys":\(SimulatedTUFRepository.keyList(keys)),\
            "roles":{\(roles.map { "\"\($0.0)\":\(SimulatedTUFRepository.keysOf($0.1))" }.joined(separator: ","))}}
            """
        files["\(root.version).root.json"] = try SimulatedTUFRepository.sign(
            text, by: (root.signers ?? root.keys) + others)
    }

    /// Publishes targets, snapshot and timestamp as they are now.
    public mutating func publish() throws {
        var listed: [String] = []
        for (path, bytes) in content { publishTarget(path, bytes) }
        for role in delegated {
            for (path, bytes) in role.content { publishTarget(path, bytes) }
            let bytes = try sign(
                try metadata(
                    "targets", role.role, targetsBody(role.content, delegatingTo: role.below.map { delegated[$0] })),
                role.role)
            let name = SimulatedTUFRepository.encoded(role.name)
            files[isConsistent ? "\(role.role.version).\(name).json" : "\(name).json"] = bytes
            if role.isListed { listed.append(try describe("\(role.name).json", role.role, bytes)) }
        }
        let body = try targetsBody(content, delegatingTo: delegated.filter(\.isTop))
        let targetsBytes = try sign(metadata("targets", targets, body), targets)
        files[name(of: "targets.json", targets)] = targetsBytes
        listed.append(try describe("targets.json", targets, targetsBytes))
        let meta = "\"meta\":{\(listed.joined(separator: ","))}"
        let snapshotBytes = try sign(metadata("snapshot", snapshot, meta), snapshot)
        files[name(of: "snapshot.json", snapshot)] = snapshotBytes
        let current = "\"meta\":{\(try describe("snapshot.json", snapshot, snapshotBytes))}"
        files["timestamp.json"] = try sign(metadata("timestamp", timestamp, current), timestamp)
    }

    /// A new version of everything but the root.
    public mutating func publishNext() throws {
        timestamp.version += 1
        snapshot.version += 1
        targets.version += 1
        try publish()
    }

    private mutating func publishTarget(_ path: String, _ bytes: [UInt8]) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let last = parts.removeLast()
        parts.append(isConsistent ? "\(SHA2.sha256(bytes).hexadecimal).\(SimulatedTUFRepository.encoded(last))" : last)
        files["targets/" + parts.joined(separator: "/")] = bytes
    }

    private func name(of file: String, _ role: Role) -> String { isConsistent ? "\(role.version).\(file)" : file }

    private func metadata(_ type: String, _ role: Role, _ body: String) -> String {
        """
        {"_type":"\(type)","spec_version":"1.0.31","version":\(role.version),"expires":"\(role.expires)",\(body)}
        """
    }

    private func targetsBody(_ content: [String: [UInt8]], delegatingTo roles: [Delegated]) throws -> String {
        let targets = content.sorted { $0.key < $1.key }.map { path, bytes in
            """
            "\(path)":{"length":\(bytes.count),"hashes":{"sha256":"\(SHA2.sha256(bytes).hexadecimal)"}}
            """
        }
        let body = "\"targets\":{\(targets.joined(separator: ","))}"
        guard !roles.isEmpty else { return body }
        let list = roles.map { role in
            """
            {"name":"\(role.name)",\(role.coverage),"terminating":\(role.isTerminating),\
            \(SimulatedTUFRepository.keysOf(role.role).dropFirst())
            """
        }
        let keys = SimulatedTUFRepository.keyList(roles.flatMap(\.role.keys))
        return body + ",\"delegations\":{\"keys\":\(keys),\"roles\":[\(list.joined(separator: ","))]}"
    }

    private func describe(_ name: String, _ role: Role, _ bytes: [UInt8]) throws -> String {
        let content =
            listsContent
            ? ",\"length\":\(bytes.count),\"hashes\":{\"sha256\":\"\(SHA2.sha256(bytes).hexadecimal)\"}" : ""
        return "\"\(name)\":{\"version\":\(role.listedVersion ?? role.version)\(content)}"
    }

    private func sign(_ text: String, _ role: Role) throws -> [UInt8] {
        try SimulatedTUFRepository.sign(text, by: role.signers ?? role.keys)
    }
}

extension SimulatedTUFRepository {
    /// Metadata of `signed`, with a signature of each key over its canonical form.
    public static func sign(_ signed: String, by keys: [PrivateKey]) throws -> [UInt8] {
        let canonical = try JSONDocument(parsing: Array(signed.utf8)).root.canonicalOLPC ?? []
        let signatures = try keys.map { key in
            let signature = try key.sign(canonical, scheme: scheme(of: key)).hexadecimal
            return "{\"keyid\":\"\(try keyID(of: key))\",\"sig\":\"\(signature)\"}"
        }
        return Array("{\"signed\":\(signed),\"signatures\":[\(signatures.joined(separator: ","))]}".utf8)
    }

    public static func keyID(of key: PrivateKey) throws -> String {
        SHA2.sha256(Array(try keyText(key).utf8)).hexadecimal
    }

    /// In canonical form.
    public static func keyText(_ key: PrivateKey) throws -> String {
        let (type, scheme): (String, String) =
            switch key.algorithm {
            case .ecdsaP256: ("ecdsa", "ecdsa-sha2-nistp256")
            case .ecdsaP384: ("ecdsa", "ecdsa-sha2-nistp384")
            case .rsa: ("rsa", "rsassa-pss-sha256")
            case .ed25519, .ecdsaP521: ("ed25519", "ed25519")
            }
        let text: String
        if case .ed25519 = key.algorithm {
            text = key.publicKey.subjectPublicKeyInfo.suffix(32).hexadecimal
        } else {
            // The canonical form has line ends raw, which JSON has not: it is signed with neither.
            text = String(decoding: try key.publicKeyPEM, as: UTF8.self).replacing("\n", with: "\\n")
        }
        return "{\"keytype\":\"\(type)\",\"keyval\":{\"public\":\"\(text)\"},\"scheme\":\"\(scheme)\"}"
    }

    public static func keyList(_ keys: [PrivateKey]) -> String {
        var seen: Set<String> = []
        let members = keys.compactMap { key -> String? in
            guard let id = try? keyID(of: key), let text = try? keyText(key), seen.insert(id).inserted else {
                return nil
            }
            return "\"\(id)\":\(text)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    public static func keysOf(_ role: Role) -> String {
        let ids = role.keys.compactMap { try? keyID(of: $0) }.map { "\"\($0)\"" }
        return "{\"keyids\":[\(ids.joined(separator: ","))],\"threshold\":\(role.threshold)}"
    }

    private static func scheme(of key: PrivateKey) -> SignatureScheme {
        switch key.algorithm {
        case .ecdsaP256, .ecdsaP521: .ecdsa(.sha256)
        case .ecdsaP384: .ecdsa(.sha384)
        case .rsa: .rsaPSS(.sha256)
        case .ed25519: .ed25519
        }
    }

    private static func encoded(_ name: String) -> String {
        name.replacing("/", with: "%2F").replacing("#", with: "%23").replacing("ü", with: "%C3%BC")
            .replacing(" ", with: "%20")
    }
}
