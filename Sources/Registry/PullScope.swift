import OCI

/// What we want to read, and of whom. For each of these authorization is asked for and kept by itself, so that nothing that
/// was given out for a registry is ever shown to a notary server, or the other way round.
struct PullScope: Hashable, Sendable {
    enum Host: Hashable, Sendable {
        /// As in references: `docker.io`.
        case registry(String)
        /// Host and port of the server, and its whole address, since two servers can share a host.
        case notary(authority: String, server: String)
    }

    let host: Host
    /// What token services call it: `repository:<name>:pull`.
    let name: String
    /// The entry of the configuration whose credentials and token services count; nil asks anonymously, whatever is listed.
    let entry: String?

    /// An image's repository, of its registry.
    init(pulling repository: Repository) {
        self.init(host: .registry(repository.domain), name: repository.path, entry: repository.domain)
    }

    init(host: Host, name: String, entry: String?) {
        (self.host, self.name, self.entry) = (host, name, entry)
    }

    /// The value of the parameter `scope` in a question for a token.
    var text: String { "repository:\(name):pull" }

    /// Whether it is read of Docker Hub, whose token service is on a host of its own.
    var isDockerHubs: Bool {
        switch host {
        case .registry(let domain): domain.utf8.elementsEqual(DockerHub.domain.utf8)
        case .notary(let authority, _): authority.utf8.elementsEqual(DockerHub.notaryHost.utf8)
        }
    }
}
