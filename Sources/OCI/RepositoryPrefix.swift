/// A registry, a path on it with everything below, or one repository: `registry.example.com`,
/// `registry.example.com:5000/team`, `docker.io/library/nginx`.
///
/// It is written in full and spelled as `Repository` spells, so Docker Hub is `docker.io` here.
public struct RepositoryPrefix: Hashable, Sendable, CustomStringConvertible {
    /// Host and path, without a slash at the end. ASCII, so `==` compares bytes.
    public let description: String

    /// Refuses with a `ReferenceError` what is no host, with or without a path: nothing is added to it, so the host needs
    /// a dot or a port, or is `localhost`.
    public init(parsing text: String) throws(ReferenceError) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        if bytes.contains(UInt8(ascii: "/")) { _ = try Repository(parsing: text) }
        let host = bytes.prefix { $0 != UInt8(ascii: "/") }
        guard WrittenReference.isMeantAsDomain(host) else { throw .invalidDomain(String(quoting: host)) }
        // With two further components it is a repository, to which even Docker Hub adds none of its own.
        let below = "/a/a"
        let repository = try Repository(parsing: text + below)
        description = String(repository.description.dropLast(below.utf8.count))
    }

    /// By whole components: `registry.example.com/team` holds `registry.example.com/team/app` and itself, and not
    /// `registry.example.com/team2`.
    public func contains(_ repository: Repository) -> Bool {
        let name = repository.description.utf8
        guard name.starts(with: description.utf8) else { return false }
        let next = name.dropFirst(description.utf8.count).first
        return next == nil || next == UInt8(ascii: "/")
    }

    /// The name that `repository` has below `other` instead of below this prefix. Nil if it is not below this one, or has
    /// none there: a registry alone is no repository, and a single component of Docker Hub is another one.
    public func moving(_ repository: Repository, to other: RepositoryPrefix) -> Repository? {
        guard contains(repository) else { return nil }
        let name = other.description + repository.description.dropFirst(description.utf8.count)
        guard let moved = try? Repository(parsing: name), moved.description == name else { return nil }
        return moved
    }
}
