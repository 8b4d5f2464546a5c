public import Outbound

/// What the operator said about registries, and about notary servers, which are listed like them. One that is not listed is
/// asked anonymously, over TLS, at public addresses only.
public struct RegistryConfiguration: Sendable {
    /// Of two entries for one host the first counts.
    public let hosts: [RegistryHost]
    /// Bounds for all of them.
    public let limits: RegistryLimits

    /// Docker Hub's token service, storage and notary server are known without an entry.
    public init(hosts: [RegistryHost] = [], limits: RegistryLimits = RegistryLimits()) {
        self.hosts = hosts
        self.limits = limits
    }

    /// The rules with which the `OutboundClient` of a `RegistryClient` must be made: those of the listed hosts, and what
    /// Docker Hub needs. Throws if a host's certificate authorities cannot be read.
    public func outboundRules() throws(HostRuleError) -> [HostRule] {
        var rules: [HostRule] = []
        for host in hosts { rules.append(try host.outboundRule()) }
        if self[DockerHub.domain] == nil { rules.append(try RegistryHost(host: DockerHub.domain).outboundRule()) }
        // Of two rules for a host the first counts: these only say that the operator named it.
        let named =
            [DockerHub.tokenHost, DockerHub.notaryHost] + hosts.flatMap { $0.tokenRealmHosts + $0.mirrors.map(\.host) }
        for authority in named + rules.flatMap(\.redirectTo) { rules.append(try HostRule(authority: authority)) }
        return rules
    }

    /// The entry for a registry, named as in references: `docker.io`, `registry.example.com:5000`.
    subscript(domain: String) -> RegistryHost? {
        let wanted = RegistryHost.normalised(domain)
        return hosts.first { $0.host.utf8.elementsEqual(wanted.utf8) }
    }

    /// The entry whose credentials and token services count for what is read.
    subscript(scope: PullScope) -> RegistryHost? { scope.entry.flatMap { self[$0] } }

    /// The entry for the host of an address.
    subscript(url: OutboundURL) -> RegistryHost? { hosts.first { url.isMeant(by: $0.host) } }
}

/// What the operator said about one registry.
public struct RegistryHost: Sendable {
    /// As in references, lower case, without the port if it is 443: `registry.example.com`, `localhost:5000`,
    /// `docker.io`.
    public let host: String
    /// The name may stand for private addresses. An entry that names its address itself (an IP address or `localhost`)
    /// says so by being there.
    public let privateAddressAllowed: Bool
    /// Asked over plain HTTP, and only so.
    public let insecureHTTP: Bool
    /// Hosts to which answers may redirect; credentials never go there.
    public let redirectTo: [String]
    /// Hosts besides the registry's own whose token service may be sent this registry's credentials.
    public let tokenRealmHosts: [String]
    /// PEM certificates of the only authorities that are believed for this host. Nil believes the system's.
    public let certificateAuthorities: [UInt8]?
    /// Nil asks anonymously.
    public let credentials: CredentialSource?
    /// Asked before the registry itself, in this order, each as its own entry says, with its own credentials.
    public let mirrors: [RegistryMirror]
    /// How often the registry may be asked; nil is `OutboundLimits.requestsPerMinute`.
    public let requestsPerMinute: Int?

    /// Hosts may be written in any case and with the port 443. What is not said is strict.
    public init(
        host: String, privateAddressAllowed: Bool = false, insecureHTTP: Bool = false, redirectTo: [String] = [],
        tokenRealmHosts: [String] = [], certificateAuthorities: [UInt8]? = nil,
        credentials: CredentialSource? = nil, mirrors: [RegistryMirror] = [], requestsPerMinute: Int? = nil
    ) {
        self.host = RegistryHost.normalised(host)
        self.privateAddressAllowed = privateAddressAllowed
        self.insecureHTTP = insecureHTTP
        self.redirectTo = redirectTo.map(RegistryHost.normalised)
        self.tokenRealmHosts = tokenRealmHosts.map(RegistryHost.normalised)
        self.certificateAuthorities = certificateAuthorities
        self.credentials = credentials
        self.mirrors = mirrors
        self.requestsPerMinute = requestsPerMinute
    }

    func outboundRule() throws(HostRuleError) -> HostRule {
        let isHub = host.utf8.elementsEqual(DockerHub.domain.utf8)
        return try HostRule(
            authority: RegistryAddress.authority(of: host),
            privateAddressAllowed: privateAddressAllowed || namesItsAddress,
            insecureHTTP: insecureHTTP,
            redirectTo: redirectTo + (isHub ? DockerHub.storageHosts : []),
            requestsPerMinute: requestsPerMinute,
            certificateAuthorities: certificateAuthorities)
    }

    private var namesItsAddress: Bool {
        guard let url = try? OutboundURL(scheme: .https, domain: host, target: "/") else { return false }
        return url.literalAddress != nil || url.host.utf8.elementsEqual("localhost".utf8)
    }

    /// One spelling for one host. With a port, Docker Hub's names are not Docker Hub.
    static func normalised(_ host: String) -> String {
        let lowered = host.lowercased()
        if lowered.utf8.elementsEqual("index.docker.io".utf8) { return DockerHub.domain }
        guard lowered.hasSuffix(":443"), !lowered.hasSuffix("docker.io:443") else { return lowered }
        return String(lowered.dropLast(":443".count))
    }
}

/// Bounds on what a registry is asked for and believed. What an exchange may take is in `OutboundLimits`.
public struct RegistryLimits: Sendable {
    /// Bytes of a token service's answer. A token is a header field, so anything near this is none.
    public var tokenAnswer = 64 * 1024
    /// How often a question is repeated after a failure that may pass.
    /// Only questions that change nothing are repeated.
    public var retries = 2
    /// The pause before the first repetition; it doubles, and jitter takes up to half away or adds it.
    public var firstPause = Duration.milliseconds(100)
    /// A token is not used in its last seconds: it would end on the way.
    public var tokenMargin = Duration.seconds(10)
    /// A token is asked for anew after this time whatever it says of itself, so that a withdrawn right ends.
    public var tokenLifetime = Duration.seconds(3600)
    /// Tokens kept, one for each repository; the first to end are dropped.
    public var tokens = 1024

    /// The bounds of a gate.
    public init() {}
}

/// Where Docker Hub differs from every other registry. Its names are published in Docker's allow list, and that of the
/// notary server in the docker client.
enum DockerHub {
    /// In references.
    static let domain = "docker.io"
    /// Where the API is.
    static let apiHost = "registry-1.docker.io"
    /// Where tokens are issued.
    static let tokenHost = "auth.docker.io"
    /// Where its trusted collections are.
    static let notaryHost = "notary.docker.io"
    /// Where blobs are: content networks that `registry-1` redirects to.
    static let storageHosts = [
        "production.cloudflare.docker.com",
        "production.cloudfront.docker.com",
        "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    ]
}
