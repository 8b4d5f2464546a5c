/// What a registry knows us by.
public enum RegistryCredentials: Sendable, Hashable {
    /// Sent as `Basic` (RFC 7617), to the registry or to its token service. The user's name holds no colon.
    case password(user: String, password: String)
    /// An OAuth 2 refresh token; the token service gives short-lived tokens for it.
    case identityToken(String)
    /// Sent to the registry as it is.
    case registryToken(String)
}

extension RegistryCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Which kind it is. No way of printing shows more.
    public var description: String {
        switch self {
        case .password: "user name and password"
        case .identityToken: "identity token"
        case .registryToken: "registry token"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["kind": description]) }
}
