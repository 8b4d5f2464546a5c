import NIOPosix
import OCI
import Outbound
@testable import Registry
import Testing
import Trust

@Suite struct NotaryAddressTests {
    private func address(
        _ server: String, _ name: String = "registry.example.com/team/app", role: String = "timestamp",
        _ hosts: [RegistryHost] = []
    ) throws -> NotaryAddress {
        let collection = TrustCollection(
            server: server, name: name, repository: try Repository(parsing: "registry.example.com/team/app"))
        return try NotaryAddress(
            TrustMetadataName(role: role, version: .current), of: collection, by: RegistryConfiguration(hosts: hosts))
    }

    // MARK: Paths

    @Test(
        "a collection is named in the path by what the docker client calls it, and what is not plain is escaped",
        arguments: [
            ("docker.io/library/alpine", "docker.io/library/alpine"),
            ("registry.example.com:5000/team/app", "registry.example.com:5000/team/app"),
            ("[2001:db8::1]:5000/app", "%5B2001:db8::1%5D:5000/app"), ("a?b/c#d", "a%3Fb/c%23d"), ("a%2fb", "a%252fb"),
            ("a b\r\nX: y", "a%20b%0D%0AX:%20y"), ("\u{E9}", "%C3%A9"), ("a;b@c", "a%3Bb%40c"),
        ])
    func names(name: String, path: String) throws {
        let address = try address("https://notary.example.com", name)
        #expect(address.url.description == "https://notary.example.com/v2/\(path)/_trust/tuf/timestamp.json")
        #expect(address.scope.text == "repository:\(name):pull")
    }

    @Test(
        "a name that leads elsewhere is not asked for", arguments: ["", "/", "a//b", "a/", "/a", "a/../b", "..", "./a"])
    func strayNames(name: String) throws {
        #expect(throws: Refusal.self) { try address("https://notary.example.com", name) }
        #expect(throws: Refusal.self) { try address("https://notary.example.com", role: "targets/\(name)/x") }
    }

    @Test("names of delegations are paths as well")
    func roles() throws {
        let url = try address("https://notary.example.com/trust", role: "targets/releases").url
        #expect(
            url.description
                == "https://notary.example.com/trust/v2/registry.example.com/team/app/_trust/tuf/targets/releases.json")
    }

    // MARK: Servers

    @Test(
        "what is no server's address is not asked",
        arguments: [
            "http://notary.example.com", "notary.example.com", "https://", "https://robot:canary@notary.example.com",
            "https://notary.example.com?a=b", "https://notary.example.com/x?a", "https://notary.example.com#x",
            "https://notary.example.com/trust/", "https://0x7f.1", "https://notary.example.com:99999", "",
        ])
    func servers(server: String) throws {
        do {
            let address = try address(server)
            Issue.record("\(address.url)")
        } catch let refusal as Refusal {
            #expect(refusal.reason == .addressForbidden)
            #expect(refusal.cure == "correct `server` of the attestor")
        }
    }

    @Test("whatever says how a server's host is asked is its own entry")
    func entries() throws {
        let hosts = [
            RegistryHost(host: "registry.example.com"), RegistryHost(host: "notary.local:4443", insecureHTTP: true),
        ]
        let plain = try address("https://notary.local:4443", hosts)
        #expect(plain.url.scheme == .http)
        #expect(plain.scope.entry == "notary.local:4443")
        for server in ["https://notary.local", "https://notary.example.com", "https://registry.example.com:5000"] {
            let other = try address(server, hosts)
            #expect(other.url.scheme == .https)
            #expect(other.scope.entry == nil)
        }
        #expect(try address("https://registry.example.com", hosts).scope.entry == "registry.example.com")
        #expect(try address("https://registry.example.com:443", hosts).scope.entry == "registry.example.com")
    }

    private func address(_ server: String, _ hosts: [RegistryHost]) throws -> NotaryAddress {
        try address(server, "registry.example.com/team/app", role: "timestamp", hosts)
    }

    // MARK: Docker Hub

    private static let password = CredentialSource.stated(.password(user: "robot", password: "canary"))

    @Test("Docker Hub's notary server is asked with the credentials for docker.io, unless its own entry has some")
    func hub() throws {
        let hub = RegistryHost(host: "docker.io", credentials: Self.password)
        let server = "https://notary.docker.io"
        #expect(try address(server, [hub]).scope.entry == "docker.io")
        #expect(try address(server, []).scope.entry == "docker.io")
        let bare = RegistryHost(host: "notary.docker.io", requestsPerMinute: 60)
        #expect(try address(server, [hub, bare]).scope.entry == "docker.io")
        let own = RegistryHost(host: "notary.docker.io", credentials: Self.password)
        #expect(try address(server, [hub, own]).scope.entry == "notary.docker.io")
    }

    @Test(
        "no other server is shown the credentials for docker.io",
        arguments: [
            "https://notary.docker.io:8443", "https://docker.io", "https://index.docker.io",
            "https://notary.docker.io.evil",
            "https://notary.example.com", "https://auth.docker.io",
        ])
    func notHub(server: String) throws {
        let hub = RegistryHost(host: "docker.io", credentials: Self.password)
        #expect(try address(server, [hub]).scope.entry == nil)
    }

    @Test("Docker Hub's token service may see them, for the notary server as for the registry, and no other's")
    func hubRealm() throws {
        let hosts = [
            RegistryHost(host: "docker.io", credentials: Self.password),
            RegistryHost(host: "notary.example.com", credentials: Self.password),
        ]
        let configuration = RegistryConfiguration(hosts: hosts)
        let outbound = OutboundClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let authorizer = Authorizer(configuration: configuration, outbound: outbound, helpers: .none)
        func trusts(_ realm: String, _ server: String) throws -> Bool {
            let address = try address(server, hosts)
            return authorizer.trusts(try OutboundURL(parsing: realm), with: address.scope, address.url)
        }
        #expect(try trusts("https://auth.docker.io/token", "https://notary.docker.io"))
        #expect(try !trusts("http://auth.docker.io/token", "https://notary.docker.io"))
        #expect(try !trusts("https://auth.docker.io:8443/token", "https://notary.docker.io"))
        #expect(try !trusts("https://auth.example.com/token", "https://notary.docker.io"))
        #expect(try !trusts("https://auth.docker.io/token", "https://notary.example.com"))
        #expect(try trusts("https://notary.example.com/token", "https://notary.example.com"))
    }
}
