import NIOPosix
import OCI
import Outbound
@testable import Registry
import TestSupport
import Testing

/// Which token services may see credentials, as a rule about addresses; over sockets it is in `AuthenticationTests`.
@Suite struct AuthorizerTests {
    @Test(
        "a realm is a host of the registry's, under any spelling of its port",
        arguments: [
            ("https://registry.example.com/token", true), ("https://registry.example.com:443/token", true),
            ("https://registry.example.com:8443/token", false), ("https://sub.registry.example.com/token", false),
            ("https://auth.example.com/token", true), ("https://auth.example.com:443/token", true),
            ("https://auth.example.com:8443/token", false),
            // Listed with the port that plain HTTP implies, for the realm and as a host.
            ("http://plain.example.com/token", true), ("http://plain.example.com:80/token", true),
            ("http://plain.example.com:8080/token", false), ("https://plain.example.com/token", false),
            // Over plain HTTP without being listed for it.
            ("http://registry.example.com/token", false), ("http://auth.example.com/token", false),
        ])
    func realms(text: String, isTrusted: Bool) throws {
        let configuration = RegistryConfiguration(hosts: [
            RegistryHost(
                host: "registry.example.com", tokenRealmHosts: ["auth.example.com", "plain.example.com:80"]),
            RegistryHost(host: "plain.example.com:80", insecureHTTP: true),
        ])
        let outbound = OutboundClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let authorizer = Authorizer(configuration: configuration, outbound: outbound, helpers: .none)
        let registry = try OutboundURL(parsing: "https://registry.example.com/v2/a/manifests/1")
        let scope = PullScope(pulling: try Repository(parsing: "registry.example.com/a"))
        #expect(authorizer.trusts(try OutboundURL(parsing: text), with: scope, registry) == isTrusted)
    }
}
