import Cryptography
import OCI
import Timestamp

/// What is remembered of a collection that was verified, under one trust in roots.
public struct KnownCollection: Hashable, Sendable {
    /// The newest root that was trusted; nil if none was yet.
    var root: [UInt8]?
    /// Of that root; 0 if there is none.
    var rootVersion = 0
    /// By role; that of the root is above.
    var roles: [String: KnownRole] = [:]
    /// Digests that targets named, and that newer ones do not.
    var named: [NamedDigest] = []

    /// Nothing.
    public init() {}

    public var isEmpty: Bool { root == nil }

    /// Bytes that it takes, about.
    public var size: Int {
        let documents = roles.values.reduce(root?.count ?? 0) { $0 + ($1.document?.count ?? 0) + 512 }
        return documents + named.reduce(1_024) { $0 + $1.size }
    }

    /// Both together, for two that verified at the same time: of each role the newer, and never a lower version by the same
    /// keys.
    public func merging(_ other: KnownCollection) -> KnownCollection {
        var (result, newer) = (self, other)
        if other.isOlder(than: self) { (result, newer) = (other, self) }
        if newer.rootVersion > result.rootVersion {
            (result.root, result.rootVersion) = (newer.root, newer.rootVersion)
        }
        result.named += newer.named
        for (role, known) in newer.roles { result.take(known, of: role) }
        result.bound()
        return result
    }

    /// By what says who speaks for all the rest.
    private func isOlder(than other: KnownCollection) -> Bool {
        let (own, others) = (roles["targets"]?.version ?? 0, other.roles["targets"]?.version ?? 0)
        return (rootVersion, own) < (other.rootVersion, others)
    }

    /// Takes in what was verified of a role. Of the same keys a lower version is passed over; what other keys speak for now
    /// begins anew, so that nobody who had the former ones can hold it up with a version that none follows.
    mutating func take(_ known: KnownRole, of role: String) {
        guard let former = roles[role] else {
            roles[role] = known
            return
        }
        if former.keys == known.keys, known.version < former.version { return }
        if former.document == known.document, former.keys == known.keys, former.paths == known.paths {
            roles[role]?.seenAt = max(former.seenAt, known.seenAt)
            return
        }
        named += former.digests(missingIn: known, of: role)
        roles[role] = known
    }

    /// Drops what there is no room for: all that is kept can be written, and read again.
    mutating func bound() {
        boundNamed()
        boundRoles()
        boundDocuments()
    }

    /// Each once, and the oldest go first.
    private mutating func boundNamed() {
        var latest: [NamedDigest.Key: NamedDigest] = [:]
        for entry in named {
            let former = latest[entry.key]
            if former.map({ $0.seenAt < entry.seenAt }) ?? true { latest[entry.key] = entry }
        }
        var bytes = 0
        let kept = latest.values.sorted().reversed().prefix(ContentTrustLimits.remembered).prefix { entry in
            bytes += entry.size
            return bytes <= ContentTrustLimits.namedBytes
        }
        named = kept.reversed()
    }

    /// Of delegations, which whoever has the key of `targets` can make ever new, those that were not seen for longest go.
    private mutating func boundRoles() {
        let delegations = roles.filter { TopRole(rawValue: $0.key) == nil }
        guard delegations.count > ContentTrustLimits.delegations else { return }
        let latest = delegations.sorted { left, right in
            if left.value.seenAt != right.value.seenAt { return left.value.seenAt > right.value.seenAt }
            return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
        }
        for (role, _) in latest.dropFirst(ContentTrustLimits.delegations) { roles[role] = nil }
    }

    /// The roles at the top are needed for anything at all, so the largest of the others go first.
    private mutating func boundDocuments() {
        var kept = root?.count ?? 0
        func order(_ role: String, _ known: KnownRole) -> (Int, Int) {
            (TopRole(rawValue: role) == nil ? 1 : 0, known.document?.count ?? 0)
        }
        for (role, known) in roles.sorted(by: { order($0.key, $0.value) < order($1.key, $1.value) }) {
            kept += known.document?.count ?? 0
            if kept > ContentTrustLimits.keptBytes { roles[role]?.document = nil }
        }
    }
}

/// What is remembered of a role.
struct KnownRole: Hashable, Sendable {
    let version: Int
    /// Stands for who spoke for it.
    let keys: [UInt8]
    /// The SHA-256 of the keys that had signed it.
    let signers: [[UInt8]]
    /// Beginnings of the tags that it might speak for.
    let paths: [String]
    /// When it was last found to be the current one.
    var seenAt: Instant
    /// Nil if it was too large to keep.
    var document: [UInt8]?

    init(_ verified: VerifiedDocument, paths: [String] = [""], at now: Instant) {
        self.paths = paths
        version = verified.version
        keys = verified.keys.fingerprint
        signers = verified.signers.map(\.fingerprint)
        // In whole minutes, so that what did not change need not be written anew with every image.
        seenAt = Instant(secondsSince1970: now.seconds / 60 * 60)
        document = verified.bytes
    }

    init(
        version: Int, keys: [UInt8], signers: [[UInt8]], paths: [String], seenAt: Instant, document: [UInt8]?
    ) {
        (self.version, self.keys, self.signers, self.paths) = (version, keys, signers, paths)
        (self.seenAt, self.document) = (seenAt, document)
    }

    /// What it named and the other does not.
    fileprivate func digests(missingIn other: KnownRole, of role: String) -> [NamedDigest] {
        guard role.utf8.starts(with: "targets".utf8), let document else { return [] }
        let still = Set(TargetsDocument.digests(in: other.document ?? [], under: other.paths))
        var seen = still
        return TargetsDocument.digests(in: document, under: paths).filter { seen.insert($0).inserted }.map {
            NamedDigest(digest: $0, role: role, signers: signers, seenAt: seenAt)
        }
    }
}

/// A digest that the targets of a role named, until when at the least, and by whose signatures.
struct NamedDigest: Hashable, Sendable, Comparable {
    let digest: Digest
    let role: String
    let signers: [[UInt8]]
    let seenAt: Instant

    struct Key: Hashable {
        let digest: Digest
        let role: String
        let signers: [[UInt8]]
    }

    var key: Key { Key(digest: digest, role: role, signers: signers) }

    /// Bytes that it takes at most, in memory or as it is written.
    var size: Int { 512 + 64 * signers.count }

    /// In the order of time; then whatever is always the same, of which no two are alike in all.
    static func < (left: NamedDigest, right: NamedDigest) -> Bool {
        if left.seenAt != right.seenAt { return left.seenAt < right.seenAt }
        if left.digest != right.digest { return left.digest.bytes.lexicographicallyPrecedes(right.digest.bytes) }
        if !left.role.isSpelled(right.role) { return left.role.utf8.lexicographicallyPrecedes(right.role.utf8) }
        return left.signers.lexicographicallyPrecedes(right.signers) { $0.lexicographicallyPrecedes($1) }
    }
}
