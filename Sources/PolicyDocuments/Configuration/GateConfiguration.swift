public import PolicyEngine

/// The daemon's own settings: one document of kind `GateConfiguration`, in a file of its own.
public struct GateConfiguration: Sendable {
    public let name: String
    public let mode: GateMode
    /// Paths are resolved: what the document spells relative to itself is relative to the working directory here.
    public let policyDirectory: String
    /// What happens to an image that no policy vouches for.
    public let notVouched: Enforcement
    /// Nil if the document has no `listen`: enough for checks on the command line, not for serving.
    public let listener: ListenerConfiguration?
    public let registries: [RegistrySettings]
    /// Nil if the document has no `proxy`.
    public let proxy: ProxySettings?
    /// Variables of the environment that credential helpers may see.
    public let helperEnvironment: [String]
    /// Where the audit log is. Nil if the document has no `audit`: not enough for serving.
    public let auditDirectory: String?
    /// Where the gate keeps what it remembers between runs: what `state` says, else `state` beside the audit log. Nil if
    /// the document has neither.
    public let stateDirectory: String?
    /// Exact words that stand for an image in a template and are passed over there, never in Pods.
    public let templatePlaceholders: [String]
    /// In reading order.
    public let warnings: [Diagnostic]
}

/// Where requests come in. There is no listener without TLS.
public struct ListenerConfiguration: Hashable, Sendable {
    public let address: ListenAddress
    public let certificateFile: String
    public let keyFile: String
    /// If given, a client needs a certificate that these authorities signed.
    public let clientAuthorityFile: String?
}

/// A numeric or symbolic host and a port.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without the brackets of an IPv6 address.
    public let host: String
    public let port: Int

    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// How one registry is reached. What is not said is forbidden: private addresses, redirects to other hosts, plain HTTP.
public struct RegistrySettings: Hashable, Sendable {
    /// Normalised as the domain of a `Repository` is.
    public let host: String
    public let allowsPrivateAddress: Bool
    public let usesInsecureHTTP: Bool
    /// Hosts to which it may redirect, normalised.
    public let redirectHosts: [String]
    /// Hosts besides itself whose token service may be sent its credentials, normalised.
    public let tokenRealmHosts: [String]
    /// If given, only these authorities are believed for this registry.
    public let authorityFile: String?
    /// A Docker `config.json` with the credentials.
    public let dockerConfigFile: String?
    /// Places that have copies of its images, each a host, normalised, and perhaps a path.
    public let mirrors: [String]
    /// How often it may be asked.
    public let requestsPerMinute: Int?
}

/// A proxy on the way to registries.
public struct ProxySettings: Hashable, Sendable {
    public let address: String
    /// What is asked without it.
    public let exclusions: [String]
}
