import Outbound
@testable import Registry
import Testing

@Suite struct RegistryConfigurationTests {
    @Test("Docker Hub may redirect to its own stores, listed or not, and its API host carries its rule")
    func hub() throws {
        let listed = RegistryHost(host: "index.docker.io", redirectTo: ["mirror.example"])
        for (configuration, extra) in [
            (RegistryConfiguration(), [String]()), (RegistryConfiguration(hosts: [listed]), ["mirror.example"]),
        ] {
            let rules = try configuration.outboundRules()
            let named = ["auth.docker.io", "notary.docker.io"] + extra + DockerHub.storageHosts
            #expect(rules.map(\.authority) == ["registry-1.docker.io"] + named)
            #expect(rules.first?.redirectTo == extra + DockerHub.storageHosts)
            #expect(rules.first?.privateAddressAllowed == false)
        }
    }

    @Test("a host has one spelling: lower case, without port 443; Docker Hub's names with a port are not Docker Hub")
    func spelling() {
        let configuration = RegistryConfiguration(
            hosts: [RegistryHost(host: "Builder:443"), RegistryHost(host: "docker.io")])
        #expect(configuration["builder"] != nil)
        #expect(configuration["builder:443"] != nil)
        #expect(configuration["docker.io"] != nil)
        #expect(configuration["docker.io:443"] == nil)
        #expect(configuration["builder:5000"] == nil)
    }

    @Test(
        "only an entry that names its address itself allows private addresses without saying so",
        arguments: [
            ("localhost:5000", true), ("127.0.0.1:5000", true), ("[::1]:5000", true), ("10.0.0.1", true),
            ("registry.example.com", false), ("localhost.example.com", false),
        ])
    func ownAddress(host: String, isAllowed: Bool) throws {
        #expect(try RegistryHost(host: host).outboundRule().privateAddressAllowed == isAllowed)
    }
}
