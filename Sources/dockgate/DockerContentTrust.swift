import ContentTrust
import OCI
import PolicyEngine
import Trust

/// What the docker client's environment says of Content Trust.
struct DockerContentTrust {
    /// What the demand is called in reports, after the variable that makes it.
    static let name = "DOCKER_CONTENT_TRUST"
    private static let serverName = "DOCKER_CONTENT_TRUST_SERVER"

    /// The notary server for all images; nil for that of each image's registry.
    let server: String?
    let folder: DockerTrustFolder

    /// - Parameters:
    ///   - named: the server that the user names, whatever the environment says.
    ///   - variable: the environment.
    /// - Throws: for a server of the environment whose address is none.
    init(
        naming named: String? = nil, environment variable: (String) -> String? = Environment.value(of:)
    ) throws(UsageError) {
        let address =
            if let named { named } else { try DockerContentTrust.server(variable(DockerContentTrust.serverName)) }
        server = address.map(NotaryServer.spelled)
        folder = DockerTrustFolder(environment: variable)
    }

    /// Whether the environment demands that every image is signed. The docker client takes for on whatever does not say that it
    /// is off.
    static func isDemanded(by variable: (String) -> String? = Environment.value(of:)) -> Bool {
        guard let text = variable(name), !text.isEmpty else { return false }
        return !["0", "f", "F", "false", "FALSE", "False"].contains(text)
    }

    private static func server(_ text: String?) throws(UsageError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        if let fault = NotaryServer.fault(in: text) {
            throw UsageError(
                "`\(serverName)` in the environment \(fault): expected an address such as `https://notary.example.com`")
        }
        return text
    }

    /// Believes what the docker client would: released tags, under the root that its trust folder has of a repository, and
    /// where it has none under the first that the server gives.
    var attestor: ContentTrustAttestor {
        ContentTrustAttestor(server: server, trust: .firstUse, memory: folder, clock: SystemClock.now)
    }

    /// What is kept about a repository, at the server that is asked.
    func collection(of repository: Repository) -> TrustCollection {
        TrustCollection(server: server ?? NotaryServer.address(for: repository), of: repository)
    }

    /// The notary servers that the user has named, by the environment or in the docker client's folder.
    func servers() throws(UsageError) -> [TrustServerSettings] {
        let known = try folder.servers()
        guard let host = server.flatMap(NotaryServer.host(in:)), !known.contains(where: { $0.host == host }) else {
            return known
        }
        return known + [TrustServerSettings(host: host, certificateAuthorities: nil)]
    }

    /// The same policies, and that every image is signed.
    func demanded(by policies: PolicySet) -> PolicySet {
        policies.demanding(attestor, as: DockerContentTrust.name)
    }
}
