import Cryptography

/// Names for sets of credentials that tell them apart and tell nothing about them.
struct CredentialIdentities: Sendable {
    /// Without it, whoever sees a name could try passwords until one fits.
    private let salt = SecureRandom.bytes(32)
    private let known: [String: [UInt8]]

    init(_ configuration: RegistryConfiguration) {
        var known: [String: [UInt8]] = [:]
        for host in configuration.hosts where known[host.host] == nil {
            known[host.host] = CredentialIdentities.identity(host.host, host.credentials, salt)
        }
        self.known = known
    }

    subscript(domain: String) -> [UInt8] {
        known[domain] ?? known[RegistryHost.normalised(domain)] ?? CredentialIdentities.identity(domain, nil, salt)
    }

    /// Each part is preceded by its length, so that no two sets of parts run together alike.
    private static func identity(_ domain: String, _ source: CredentialSource?, _ salt: [UInt8]) -> [UInt8] {
        let parts: [String] =
            switch source {
            case nil: [domain, "anonymous"]
            case .helper(let helper): [domain, "helper", helper.name, helper.server]
            case .stated(.password(let user, let password)): [domain, "password", user, password]
            case .stated(.identityToken(let token)): [domain, "identity token", token]
            case .stated(.registryToken(let token)): [domain, "registry token", token]
            }
        return SHA2.sha256(parts.reduce(salt) { $0 + Array("\($1.utf8.count):".utf8) + Array($1.utf8) })
    }
}
