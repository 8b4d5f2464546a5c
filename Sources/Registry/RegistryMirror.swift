import OCI

/// A place that has copies of a registry's images: a pull-through cache, or a replica.
///
/// It is a place to get bytes from and nothing more. Everything is hashed, policies judge the name that was asked for, and
/// what a mirror does not have, the registry itself is asked for.
public struct RegistryMirror: Hashable, Sendable, CustomStringConvertible {
    /// As in references, like `RegistryHost.host`.
    public let host: String
    /// What stands before the repository's own path there; empty for none.
    public let prefix: String

    /// Reads `mirror.example.com` and `harbor.example.com/hub`. Nil unless the host is one without doubt, by a dot or a
    /// port, and the rest is a repository's path.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let sample = "a/b"
        guard let host = parts.first, let bare = try? Repository(parsing: "\(host)/\(sample)"),
            bare.path.utf8.elementsEqual(sample.utf8),
            let whole = try? Repository(parsing: "\(text)/\(sample)"),
            whole.domain.utf8.elementsEqual(bare.domain.utf8)
        else { return nil }
        self.host = bare.domain
        prefix = parts.count > 1 ? parts[1] : ""
    }

    public var description: String { prefix.isEmpty ? host : "\(host)/\(prefix)" }

    /// Where it has what `repository` has.
    func repository(for repository: Repository) -> Repository? {
        try? Repository(parsing: "\(self)/\(repository.path)")
    }
}
