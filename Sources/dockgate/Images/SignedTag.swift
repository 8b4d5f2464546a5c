import ContentTrust
import OCI

/// A tag that some role of a collection names, and for which digest.
struct SignedTag: Sendable {
    let name: String
    /// By its SHA-256, or a word where the role gives none.
    let digest: String
    let length: Int
    /// Those that name it for that digest.
    var roles: [String]
}

extension VerifiedCollection {
    /// In byte order of the tags; a tag for which roles name different digests is there once for each.
    var signedTags: [SignedTag] {
        var all: [SignedTag] = []
        var places: [[String]: Int] = [:]
        for role in [targets] + delegations.compactMap(\.targets) {
            for tag in role.tags {
                let digest = tag.sha256?.description ?? "without sha256"
                if let place = places[[tag.name, digest]] {
                    all[place].roles.append(role.role.name)
                } else {
                    places[[tag.name, digest]] = all.count
                    all.append(SignedTag(name: tag.name, digest: digest, length: tag.length, roles: [role.role.name]))
                }
            }
        }
        return all.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) }
    }
}

extension VerifiedCollection.Delegated {
    fileprivate var targets: VerifiedCollection.Targets? {
        if case .verified(let targets) = state { targets } else { nil }
    }
}
