import PolicyDocuments
import PolicyEngine
import Testing

@Suite struct GateConfigurationTests {
    private func load(_ specification: String) throws(LoadFailure) -> GateConfiguration {
        let text =
            "apiVersion: dockgate.dev/v1\nkind: GateConfiguration\nmetadata: {name: gate}\nspec:\n" + specification
        let source = MemorySource(["etc/gate.yaml": text, "etc/tls.crt": "", "etc/tls.key": "", "/ca.pem": ""])
        return try GateConfiguration.load(file: "etc/gate.yaml", from: source)
    }

    @Test("what is not said is strict")
    func defaults() throws {
        let configuration = try load("  policies: {directory: policies}\n  registries: [{host: ghcr.io}]\n")
        #expect(configuration.mode == .enforce)
        #expect(configuration.notVouched == .deny)
        #expect(configuration.policyDirectory == "etc/policies")
        #expect(configuration.listener == nil)
        #expect(configuration.auditDirectory == nil && configuration.stateDirectory == nil)
        #expect(configuration.templatePlaceholders.isEmpty)
        let registry = try #require(configuration.registries.first)
        #expect(!registry.allowsPrivateAddress && !registry.usesInsecureHTTP && registry.redirectHosts.isEmpty)
        #expect(registry.tokenRealmHosts.isEmpty && registry.mirrors.isEmpty && registry.requestsPerMinute == nil)
        #expect(configuration.proxy == nil && configuration.helperEnvironment.isEmpty)
        #expect(registry.authorityFile == nil && registry.dockerConfigFile == nil)
    }

    @Test("every setting is read, paths are counted from the file, hosts are normalised")
    func settings() throws {
        let configuration = try load(
            """
              mode: observe
              policies: {directory: /policies}
              notVouched: audit
              listen: {address: "[::1]:8443", certificate: {file: tls.crt}, key: {file: tls.key}, clientCertificates: {caFile: /ca.pem}}
              registries:
                - {host: index.docker.io, privateAddress: allowed, redirectTo: ["Cdn.example.com:443"], tokenRealms: ["Auth.example.com:443"], caFile: /ca.pem}
                - {host: "localhost:5000", insecureHTTP: true, requestsPerMinute: 60, mirrors: ["Mirror.example.com:443", "harbor.example.com/hub"]}
              proxy: {url: "http://proxy.example.com:3128", exclude: [10.0.0.0/8, .example.org]}
              credentialHelpers: {environment: [AWS_REGION]}
              kubernetes: {templates: {placeholders: [auto]}}
              audit: {directory: log}
              state: {directory: /var/lib/memory}
            """)
        #expect(configuration.mode == .observe)
        #expect(configuration.notVouched == .audit)
        #expect(configuration.policyDirectory == "/policies")
        let listener = try #require(configuration.listener)
        #expect(listener.address.host == "::1" && listener.address.port == 8443)
        #expect(listener.address.description == "[::1]:8443")
        #expect(listener.certificateFile == "etc/tls.crt" && listener.keyFile == "etc/tls.key")
        #expect(listener.clientAuthorityFile == "/ca.pem")
        #expect(configuration.registries.map(\.host) == ["docker.io", "localhost:5000"])
        #expect(configuration.registries.first?.allowsPrivateAddress == true)
        #expect(configuration.registries.first?.redirectHosts == ["cdn.example.com"])
        #expect(configuration.registries.first?.tokenRealmHosts == ["auth.example.com"])
        #expect(configuration.registries.last?.usesInsecureHTTP == true)
        #expect(configuration.registries.last?.requestsPerMinute == 60)
        #expect(configuration.registries.last?.mirrors == ["mirror.example.com", "harbor.example.com/hub"])
        #expect(configuration.proxy?.address == "http://proxy.example.com:3128")
        #expect(configuration.proxy?.exclusions == ["10.0.0.0/8", ".example.org"])
        #expect(configuration.helperEnvironment == ["AWS_REGION"])
        #expect(configuration.templatePlaceholders == ["auto"])
        #expect(configuration.auditDirectory == "etc/log")
        #expect(configuration.stateDirectory == "/var/lib/memory")
    }

    @Test(
        "state that has no directory is kept beside the audit log",
        arguments: [
            ("log", "etc/state"), ("/var/lib/dockgate/audit", "/var/lib/dockgate/state"),
            ("/var/lib/dockgate/audit//", "/var/lib/dockgate/state"), ("/audit", "/state"), ("/", "/state"),
            ("../éa", "etc/../state"),
        ])
    func stateDirectory(audit: String, state: String) throws {
        let configuration = try load("  policies: {directory: p}\n  audit: {directory: \"\(audit)\"}\n")
        #expect(configuration.stateDirectory == state)
    }

    @Test(
        "a mirror that is no host without doubt, and no path, is refused",
        arguments: [
            "mirror", "https://mirror.example.com", "mirror.example.com/", "mirror.example.com/UPPER", "/hub",
            "mirror.example.com/a:1", "mirror.example.com/a@b", "hub/library",
        ])
    func mirrors(text: String) {
        #expect(throws: LoadFailure.self) {
            try load("  policies: {directory: p}\n  registries: [{host: docker.io, mirrors: [\"\(text)\"]}]\n")
        }
    }

    @Test("a budget is a number of requests", arguments: ["0", "-1", "1.5", "many", "1000001"])
    func budgets(text: String) {
        #expect(throws: LoadFailure.self) {
            try load("  policies: {directory: p}\n  registries: [{host: docker.io, requestsPerMinute: \(text)}]\n")
        }
    }

    @Test(
        "an address that is not `host:port` is refused",
        arguments: [
            "8443", ":8443", "0.0.0.0", "0.0.0.0:", "0.0.0.0:0", "0.0.0.0:65536", "0.0.0.0:08443", "::1:8443", "[::1]",
            "[]:8443", "[gate]:8443", "ga te:8443", "0.0.0.0:+443", "https://gate:8443",
        ])
    func addresses(text: String) {
        #expect(throws: LoadFailure.self) {
            try load(
                "  policies: {directory: p}\n  listen: {address: \"\(text)\", certificate: {file: tls.crt}, key: {file: tls.key}}\n"
            )
        }
    }
}
