import Cryptography

/// The keys that a document lists, by id.
struct KeyList: Sendable {
    private let field: MetadataField

    /// Throws `otherKeyID` for a key that is listed under another id than its own, and `malformed`.
    init(_ field: MetadataField) throws(MetadataFault) {
        for (id, key) in try field.members(limit: ContentTrustLimits.keys) {
            if let own = CollectionKey.id(of: key), !own.isSpelled(id) { throw .otherKeyID(String(quoting: id)) }
        }
        self.field = field
    }

    subscript(id: String) -> CollectionKey? { CollectionKey(id: id, field[named: id]) }
}

/// Which keys speak for a role, and how many of them it takes (TUF, section 4.3).
struct RoleKeys: Sendable {
    let threshold: Int
    /// Those that are understood, each id once.
    let keys: [CollectionKey]
    /// Whether fewer keys are listed, understood or not, than it takes: then nobody can speak for the role.
    let isDeserted: Bool

    /// Throws `malformed`, also for a threshold below one.
    init(_ role: MetadataField, among list: KeyList) throws(MetadataFault) {
        threshold = try role["threshold"].number(from: 1)
        var ids: Set<[UInt8]> = []
        var keys: [CollectionKey] = []
        for element in try role["keyids"].elements(limit: ContentTrustLimits.keys) {
            let id = try element.text()
            guard ids.insert(Array(id.utf8)).inserted, let key = list[id] else { continue }
            keys.append(key)
        }
        self.keys = keys
        isDeserted = ids.count < threshold
    }

    /// The keys themselves, whatever their ids.
    var publicKeys: Set<PublicKey> { Set(keys.map(\.key)) }

    /// Stands for who speaks for the role: versions can only be compared while it stays the same.
    var fingerprint: [UInt8] {
        let all = publicKeys.map(\.fingerprint).sorted { $0.lexicographicallyPrecedes($1) }
        return SHA2.sha256(all.flatMap { $0 } + Array("\(threshold)".utf8))
    }
}
