public import OCI

/// What a notary server keeps about one repository: Docker Content Trust calls it a trusted collection, and names it by a
/// globally unique name (GUN).
public struct TrustCollection: Hashable, Sendable {
    /// `https://notary.example.com`, without a slash at its end, in ASCII.
    public let server: String
    /// The GUN, in ASCII: `docker.io/library/alpine`.
    public let name: String
    /// The image's repository, whose pull rights the server asks about.
    public let repository: Repository

    public init(server: String, name: String, repository: Repository) {
        (self.server, self.name, self.repository) = (server, name, repository)
    }

    /// The collection of a repository at `server`, under the name that Docker gives it.
    public init(server: String, of repository: Repository) {
        self.init(server: server, name: repository.description, repository: repository)
    }
}
