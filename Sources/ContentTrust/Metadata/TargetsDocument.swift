import OCI
import StrictJSON

/// Targets metadata (TUF, section 4.5), of the role at the top or of one that is delegated to: tags, and what they stand for.
struct TargetsDocument: Sendable {
    let document: VerifiedDocument
    /// In the order in which they are written.
    let delegations: [Delegation]
    private let targets: MetadataField

    /// The targets are read when they are asked for: there may be many thousands.
    init(parsing bytes: [UInt8], by keys: RoleKeys) throws(MetadataFault) {
        document = try SignedDocument(parsing: bytes, limit: ContentTrustLimits.targetsBytes)
            .verified(by: keys, as: "Targets")
        targets = document.signed["targets"]
        _ = try targets.object()
        delegations = try Delegation.all(in: document.signed["delegations"])
    }

    /// What a tag stands for; nil if it is not listed.
    func target(_ tag: String) throws(MetadataFault) -> ListedContent? {
        let field = targets[named: tag]
        return field.isPresent ? try ListedContent(field) : nil
    }

    /// All of them, in the order of the document. Those that are none are left out: they name nothing.
    var all: [(tag: String, content: ListedContent)] {
        ((try? targets.members()) ?? []).compactMap { tag, field in
            (try? ListedContent(field)).map { (tag, $0) }
        }
    }
}

/// That another role may speak for some tags: a signer, or `targets/releases`.
struct Delegation: Sendable {
    /// `targets/releases`
    let role: String
    /// Beginnings of tags; the empty one is that of all.
    let paths: [String]
    private let field: MetadataField
    private let list: KeyList

    /// Throws `malformed`, also for a name that is not that of a direct delegation of `targets`, and for one that is listed
    /// twice.
    static func all(in field: MetadataField) throws(MetadataFault) -> [Delegation] {
        // Go writes an empty list as null.
        guard let roles = field["roles"].value, !roles.isNull else { return [] }
        let keys = try KeyList(field["keys"])
        var delegations: [Delegation] = []
        for role in try field["roles"].elements(limit: ContentTrustLimits.delegations) {
            let delegation = try Delegation(role, keys: keys)
            guard !delegations.contains(where: { $0.role.isSpelled(delegation.role) }) else {
                throw role["name"].mistake("each role once")
            }
            delegations.append(delegation)
        }
        return delegations
    }

    private init(_ field: MetadataField, keys: KeyList) throws(MetadataFault) {
        role = try field["name"].text()
        guard Delegation.isDirect(role) else { throw field["name"].mistake("the name of a delegation of `targets`") }
        var paths: [String] = []
        if field["paths"].isPresent {
            for path in try field["paths"].elements(limit: ContentTrustLimits.paths) { paths.append(try path.text()) }
        }
        (self.paths, self.field, list) = (paths, field, keys)
        _ = try field["threshold"].number(from: 1)
    }

    /// Read when the role is wanted: each key costs.
    func keys() throws(MetadataFault) -> RoleKeys { try RoleKeys(field, among: list) }

    func covers(_ tag: String) -> Bool { paths.contains { tag.utf8.starts(with: $0.utf8) } }

    /// `targets/` and a name of lower-case letters, digits, `-` and `_`: nothing that could lead out of a folder.
    static func isDirect(_ role: String) -> Bool {
        let prefix = Array("targets/".utf8)
        guard role.utf8.starts(with: prefix), role.utf8.count <= ContentTrustLimits.roleNameBytes else { return false }
        let name = role.utf8.dropFirst(prefix.count)
        return !name.isEmpty
            && name.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_".utf8.contains(byte)
            }
    }
}

extension ListedContent {
    /// The digest of that algorithm; nil if that one is not listed.
    func digest(_ algorithm: DigestAlgorithm) -> Digest? {
        switch algorithm {
        case .sha256: Digest(algorithm: .sha256, bytes: sha256)
        case .sha512: sha512.flatMap { Digest(algorithm: .sha512, bytes: $0) }
        }
    }
}

extension TargetsDocument {
    /// The digests that a document names that was verified once, of tags that begin with one of `paths`, in its order; none if
    /// it is none. Of each target both.
    static func digests(in bytes: [UInt8], under paths: [String]) -> [Digest] {
        guard let document = try? SignedDocument(parsing: bytes, limit: ContentTrustLimits.targetsBytes) else {
            return []
        }
        return document.claimedTargets(under: paths).flatMap { content in
            DigestAlgorithm.allCases.compactMap { content.digest($0) }
        }
    }
}
