/// That another role may speak for some paths (section 4.5).
struct Delegation: Sendable {
    let role: RoleName
    let keys: RoleKeys
    let isTerminating: Bool
    private let coverage: Coverage

    private enum Coverage: Sendable {
        case patterns([PathPattern])
        /// The beginnings of the SHA-256 of paths, in hexadecimal.
        case hashPrefixes([[UInt8]])
    }

    /// Throws `malformed` for a role without paths, for a name that no role can have, and for `succinct_roles`, whose roles
    /// would otherwise be passed over in silence.
    static func all(in field: Field) throws(TUFError.Reason) -> [Delegation] {
        guard field.isPresent else { return [] }
        guard !field["succinct_roles"].isPresent else {
            throw field["succinct_roles"].mistake("`roles` alone, since succinct roles are not supported,")
        }
        let keys = field["keys"]
        _ = try keys.object()
        var delegations: [Delegation] = []
        for role in try field["roles"].elements() { delegations.append(try Delegation(role, keys: keys)) }
        return delegations
    }

    private init(_ field: Field, keys: Field) throws(TUFError.Reason) {
        guard let role = RoleName(delegated: try field["name"].text()) else {
            throw field["name"].mistake("a name of a role that is none of those at the top, and not too long,")
        }
        self.role = role
        self.keys = try RoleKeys(field, keys: keys)
        isTerminating = try field["terminating"].boolean()
        switch (field["paths"].isPresent, field["path_hash_prefixes"].isPresent) {
        case (true, false):
            coverage = .patterns(try Delegation.texts(in: field["paths"]).map { PathPattern($0) })
        case (false, true):
            coverage = .hashPrefixes(try Delegation.texts(in: field["path_hash_prefixes"]))
        default: throw field.mistake("either `paths` or `path_hash_prefixes`")
        }
    }

    func covers(_ path: TargetPath) -> Bool {
        switch coverage {
        case .patterns(let patterns): return patterns.contains { $0.matches(path) }
        case .hashPrefixes(let prefixes):
            let hash = path.hashText
            return prefixes.contains { hash.starts(with: $0) }
        }
    }

    private static func texts(in field: Field) throws(TUFError.Reason) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for element in try field.elements() { texts.append(try element.text()) }
        return texts
    }
}
