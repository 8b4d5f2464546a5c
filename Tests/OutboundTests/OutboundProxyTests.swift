@testable import Outbound
import TestSupport
import Testing

@Suite struct OutboundProxyTests {
    @Test(
        "what is excluded is asked directly",
        arguments: [
            ("https://registry.example.com/", true), ("https://example.com/", true), ("https://example.org/", false),
            ("https://a.example.org/", false), ("https://notexample.org/", true), ("https://below.example.net/", false),
            ("https://example.net/", true), ("https://port.test:5000/", false), ("https://port.test/", true),
            ("https://10.1.2.3/", false), ("https://11.1.2.3/", true), ("https://192.0.2.7/", false),
            ("https://[2001:db8::1]/", false), ("https://[2001:db9::1]/", true),
            // Never through a proxy.
            ("https://localhost:5000/", false), ("https://127.0.0.1:5000/", false), ("https://[::1]/", false),
            ("http://registry.example.com/", false),
        ])
    func exclusions(url: String, isCarried: Bool) throws {
        let proxy = try OutboundProxy(
            url: "http://proxy.test:3128",
            excluding: [
                "Example.org", ".example.net", "port.test:5000", "10.0.0.0/8", "192.0.2.7", "2001:db8::/32",
            ])
        #expect(proxy.carries(try OutboundURL(parsing: url)) == isCarried)
    }

    @Test("`*` excludes everything")
    func everything() throws {
        let proxy = try OutboundProxy(url: "http://proxy.test:3128", excluding: ["*"])
        #expect(!proxy.carries(try OutboundURL(parsing: "https://registry.example.com/")))
    }

    @Test(
        "the environment's words are read in either case",
        arguments: [
            ["HTTPS_PROXY": "http://proxy.test:3128", "NO_PROXY": "a.test, 10.0.0.0/8"],
            ["https_proxy": "proxy.test:3128", "no_proxy": "a.test,10.0.0.0/8"],
        ])
    func environment(variables: [String: String]) throws {
        let proxy = try #require(try OutboundProxy(environment: { variables[$0] }))
        #expect(proxy.authority == "proxy.test:3128")
        #expect(!proxy.carries(try OutboundURL(parsing: "https://a.test/")))
        #expect(!proxy.carries(try OutboundURL(parsing: "https://10.1.1.1/")))
        #expect(proxy.carries(try OutboundURL(parsing: "https://b.test/")))
        #expect(try OutboundProxy(environment: { _ in nil }) == nil)
        #expect(try OutboundProxy(environment: { $0 == "HTTPS_PROXY" ? "" : nil }) == nil)
    }

    @Test(
        "what is no proxy is refused, without its password",
        arguments: [
            "https://proxy.test:3128", "socks5://proxy.test", "http://proxy.test/path", "http://user:canary@proxy.test",
            "proxy.test:3128", "",
        ])
    func malformed(url: String) throws {
        let error = try #require(throws: OutboundProxyError.self) { try OutboundProxy(url: url) }
        #expect(!"\(error)".contains("canary"))
    }

    @Test("an exclusion that is none is refused", arguments: ["10.0.0.0/33", "a b", "/8", "a/b", "10.0.0/8", "."])
    func malformedExclusion(text: String) {
        #expect(throws: OutboundProxyError.exclusionMalformed(text)) {
            try OutboundProxy(url: "http://proxy.test", excluding: [text])
        }
    }

    // MARK: Over sockets

    /// A registry that can be reached as `registry.test` only through the proxy.
    private func withProxied(
        excluding exclusions: [String] = [], listed: [String] = ["registry.test"],
        resolver: ScriptedResolver = ScriptedResolver([]),
        _ body: (RegistrySimulator, ProxySimulator, OutboundClient) async throws -> Void
    ) async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["registry.test", "other.test", "127.0.0.1"])
        try await withRegistrySimulator(certificate: certificate) { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let names = ["registry.test:443", "other.test:443"]
            let destinations = Dictionary(uniqueKeysWithValues: names.map { ($0, simulator.port) })
            try await withProxySimulator(destinations: destinations) { proxy in
                let rules = try (listed + [simulator.authority]).map {
                    try HostRule(
                        authority: $0, privateAddressAllowed: true, certificateAuthorities: authority.certificatePEM)
                }
                try await withOutbound(
                    rules: rules, proxy: try OutboundProxy(url: proxy.url, excluding: exclusions), resolver: resolver
                ) { try await body(simulator, proxy, $0) }
            }
        }
    }

    @Test("a listed host is asked through the proxy by its name, with TLS to the host, and is not looked up here")
    func through() async throws {
        let resolver = ScriptedResolver(["192.0.2.1"])
        try await withProxied(resolver: resolver) { simulator, proxy, client in
            let url = try OutboundURL(parsing: "https://registry.test/x")
            for _ in 0..<3 {
                let outcome = await client.outcome(url, authorization: "Bearer canary")
                #expect(outcome.text == "ok", "\(outcome)")
            }
            #expect(proxy.requests == ["CONNECT registry.test:443 HTTP/1.1"])
            #expect(
                simulator.requests.map { $0.header("authorization") } == [
                    "Bearer canary", "Bearer canary", "Bearer canary",
                ])
            #expect(resolver.questions.isEmpty)
        }
    }

    @Test("R30: a proxy that is down, or that does not let us through, is named in the refusal; nothing goes around it")
    func down() async throws {
        let resolver = ScriptedResolver(["127.0.0.1"])
        try await withProxied(listed: ["registry.test", "unknown.test"], resolver: resolver) { _, proxy, client in
            let refused = await client.outcome(try OutboundURL(parsing: "https://unknown.test/x")).error
            #expect(
                refused
                    == .unreachable(
                        host: "unknown.test",
                        detail: "through the proxy `127.0.0.1:\(proxy.port)`: it does not let us through"))
            await proxy.shutdown()
            let down = await client.outcome(try OutboundURL(parsing: "https://registry.test/x")).error
            #expect(
                down
                    == .unreachable(
                        host: "registry.test",
                        detail: "through the proxy `127.0.0.1:\(proxy.port)`: it refuses connections"))
        }
        #expect(resolver.questions.isEmpty)
    }

    @Test("a host that nobody listed is not asked through a proxy, since nobody sees what its name stands for there")
    func unlisted() async throws {
        try await withProxied { simulator, proxy, client in
            let error = await client.outcome(try OutboundURL(parsing: "https://other.test/x")).error
            #expect(error == .unlistedBehindProxy(host: "other.test"))
            #expect(proxy.requests.isEmpty && simulator.requests.isEmpty)
        }
    }

    @Test(
        "a metadata service is not asked through a proxy either, listed or not",
        arguments: ["https://169.254.169.254/", "https://[fd00:ec2::254]/"])
    func metadata(text: String) async throws {
        let url = try OutboundURL(parsing: text)
        try await withProxied(listed: [url.authority]) { _, proxy, client in
            guard case .addressForbidden = await client.outcome(url).error else {
                Issue.record("the metadata service was asked")
                return
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("what is excluded, and a loopback address, is asked directly and vetted as ever")
    func excluded() async throws {
        let resolver = ScriptedResolver(["169.254.169.254"])
        try await withProxied(excluding: ["registry.test"], resolver: resolver) { simulator, proxy, client in
            #expect(try await client.outcome(simulator.url("/x")).text == "ok")
            guard
                case .addressForbidden("registry.test", _) = await client.outcome(
                    try OutboundURL(parsing: "https://registry.test/x")
                ).error
            else {
                Issue.record("what is excluded was not vetted")
                return
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("a certificate for another name is refused through a proxy, too")
    func wrongName() async throws {
        let authority = try SimulatedAuthority()
        try await withRegistrySimulator(certificate: try authority.certificate(for: ["other.test"])) { simulator in
            try await withProxySimulator(destinations: ["registry.test:443": simulator.port]) { proxy in
                let rule = try HostRule(
                    authority: "registry.test", certificateAuthorities: authority.certificatePEM)
                try await withOutbound(rules: [rule], proxy: try OutboundProxy(url: proxy.url)) { client in
                    guard
                        case .tls = await client.outcome(try OutboundURL(parsing: "https://registry.test/x")).error
                    else {
                        Issue.record("another name was taken")
                        return
                    }
                    #expect(simulator.requests.isEmpty)
                }
            }
        }
    }
}
