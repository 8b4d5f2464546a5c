import NIOPosix
import Outbound
import TestSupport
import Testing

@Suite struct AddressRuleTests {
    @Test("a host that is not listed for plain HTTP is not asked over it")
    func insecure() async throws {
        try await withRegistrySimulator { simulator in
            let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true)
            try await withOutbound(rules: [rule]) { client in
                let error = await client.outcome(try simulator.url("/")).error
                #expect(error == .insecureForbidden(host: simulator.authority))
            }
            #expect(simulator.requests.isEmpty)
        }
    }

    @Test("a host that is not listed with private addresses is not asked at one")
    func privateAddress() async throws {
        try await withRegistrySimulator { simulator in
            let rule = try HostRule(authority: simulator.authority, insecureHTTP: true)
            try await withOutbound(rules: [rule]) { client in
                guard case .addressForbidden = await client.outcome(try simulator.url("/")).error else {
                    Issue.record("loopback was asked")
                    return
                }
            }
            #expect(simulator.requests.isEmpty)
        }
    }

    @Test(
        "a rule is about the port that it names, also if the scheme implies it",
        arguments: [
            // Forbidden is the address, not plain HTTP: the rule was found.
            ("registry.test:80", "http://registry.test/", true), ("registry.test:80", "http://registry.test:80/", true),
            ("registry.test", "http://registry.test/", true),
            ("registry.test:8080", "http://registry.test:8080/", true),
            ("[2001:db8::1]", "http://[2001:db8::1]/", true), ("[2001:db8::1]:80", "http://[2001:db8::1]/", true),
            ("registry.test:8080", "http://registry.test/", false),
            ("registry.test", "http://registry.test:8080/", false),
            ("registry.test:80", "http://registry.test:443/", false),
        ])
    func ports(authority: String, url: String, isFound: Bool) async throws {
        let rule = try HostRule(authority: authority, insecureHTTP: true)
        try await withOutbound(rules: [rule], resolver: ScriptedResolver(["10.0.0.1"])) { client in
            switch await client.outcome(try OutboundURL(parsing: url)).error {
            case .addressForbidden: #expect(isFound)
            case .insecureForbidden: #expect(!isFound)
            case let error: Issue.record("\(String(describing: error))")
            }
        }
    }

    @Test("of two rules the one that names the port counts there")
    func namedBeforeImplied() async throws {
        let rules = try [
            HostRule(authority: "registry.test", privateAddressAllowed: true, insecureHTTP: true),
            HostRule(authority: "registry.test:80", insecureHTTP: true),
        ]
        try await withOutbound(rules: rules, resolver: ScriptedResolver(["10.0.0.1"])) { client in
            guard
                case .addressForbidden = await client.outcome(try OutboundURL(parsing: "http://registry.test/")).error
            else {
                Issue.record("the rule for the port was not found")
                return
            }
        }
    }

    @Test(
        "a name that stands for a forbidden address is not asked",
        arguments: [
            "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00:ec2::254",
        ])
    func privateName(address: String) async throws {
        try await withOutbound(rules: [], resolver: ScriptedResolver([address])) { client in
            let error = await client.outcome(try OutboundURL(parsing: "https://registry.test/")).error
            guard case .addressForbidden("registry.test", let detail) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(detail.hasPrefix("\(address) is "))
        }
    }

    @Test("a metadata service is refused even to a host that is listed with private addresses")
    func metadata() async throws {
        let rule = try HostRule(authority: "registry.test", privateAddressAllowed: true, insecureHTTP: true)
        try await withOutbound(rules: [rule], resolver: ScriptedResolver(["169.254.169.254"])) { client in
            guard
                case .addressForbidden = await client.outcome(try OutboundURL(parsing: "http://registry.test/")).error
            else {
                Issue.record("the metadata service was asked")
                return
            }
        }
    }

    @Test("R14: a name that answers otherwise the next moment gains nothing: what was vetted is connected to")
    func rebinding() async throws {
        try await withRegistrySimulator { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "registry.test:\(simulator.port)"
            let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
            let resolver = ScriptedResolver(["127.0.0.1"], ["169.254.169.254"])
            try await withOutbound(rules: [rule], resolver: resolver) { client in
                let url = try OutboundURL(parsing: "http://\(authority)/x")
                #expect(await client.outcome(url).text == "ok")
                #expect(resolver.questions == ["registry.test"])
                #expect(simulator.requests.first?.header("host") == authority)
                // The name answers otherwise now; the open connection is not a way around the rule.
                guard case .addressForbidden = await client.outcome(url).error else {
                    Issue.record("the second answer was not vetted")
                    return
                }
                #expect(simulator.requests.count == 1)
            }
        }
    }

    @Test("a dead address leaves time for the next one")
    func nextAddress() async throws {
        try await withRegistrySimulator { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "registry.test:\(simulator.port)"
            let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
            let resolver = ScriptedResolver(["127.0.0.2", "169.254.169.254", "127.0.0.1"])
            try await withOutbound(rules: [rule], resolver: resolver) { client in
                let url = try OutboundURL(parsing: "http://\(authority)/x")
                #expect(await client.outcome(url).text == "ok")
            }
        }
    }

    @Test("R33: a host that has IPv6 only is asked there, and one whose IPv6 is broken at its IPv4, within the budget")
    func bothFamilies() async throws {
        var limits = OutboundLimits.patient
        limits.connect = .seconds(1)
        try await withRegistrySimulator(isIPv6: true) { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "registry.test:\(simulator.port)"
            let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
            try await withOutbound(rules: [rule], resolver: ScriptedResolver(["::1"])) { client in
                let outcome = await client.outcome(try OutboundURL(parsing: "http://\(authority)/x"))
                #expect(outcome.text == "ok")
            }
        }
        try await withRegistrySimulator { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "registry.test:\(simulator.port)"
            let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
            let url = try OutboundURL(parsing: "http://\(authority)/x")
            // First nobody listens at `::1`, then somebody who neither accepts nor refuses.
            for isSilent in [false, true] {
                let port = isSilent ? try UnansweredPort(onIPv6: simulator.port) : nil
                let resolver = ScriptedResolver(["::1", "127.0.0.1"])
                try await withOutbound(rules: [rule], limits: limits, resolver: resolver) { client in
                    let start = ContinuousClock.now
                    let outcome = await client.outcome(url)
                    #expect(outcome.text == "ok", "\(outcome)")
                    #expect(!isSilent || ContinuousClock.now - start >= limits.connect)
                }
                try await withOutbound(rules: [rule], limits: limits, resolver: ScriptedResolver(["::1"])) { client in
                    let error = await client.outcome(url).error
                    #expect(
                        error
                            == (isSilent
                                ? .timedOut(host: authority, phase: .connection, after: limits.connect)
                                : .unreachable(host: authority, detail: "it refuses connections")))
                }
                withExtendedLifetime(port) {}
            }
        }
    }

    @Test("no more than eight addresses of a name are tried")
    func manyAddresses() async throws {
        try await withRegistrySimulator { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let authority = "registry.test:\(simulator.port)"
            let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
            let dead = (2...9).map { "127.0.0.\($0)" }
            for (addresses, isReached) in [(dead + ["127.0.0.1"], false), (dead.dropLast() + ["127.0.0.1"], true)] {
                try await withOutbound(rules: [rule], resolver: ScriptedResolver(addresses)) { client in
                    let outcome = await client.outcome(try OutboundURL(parsing: "http://\(authority)/x"))
                    #expect((outcome.text == "ok") == isReached)
                }
            }
        }
    }

    @Test("a name without an address is unreachable")
    func noAddress() async throws {
        try await withOutbound(rules: [], resolver: ScriptedResolver([])) { client in
            guard case .unreachable = await client.outcome(try OutboundURL(parsing: "https://registry.test/")).error
            else {
                Issue.record("a name without address was asked")
                return
            }
        }
    }

    @Test("the system's name service knows localhost and does not know a name that cannot exist")
    func system() async throws {
        let resolver = SystemResolver(timers: MultiThreadedEventLoopGroup.singleton)
        let local = try await resolver.addresses(of: "localhost", deadline: .now + .seconds(5))
        #expect(!local.isEmpty)
        #expect(local.allSatisfy { $0.reach != .global })
        await #expect(throws: HostResolverError.self) {
            try await resolver.addresses(of: "no-such-host.invalid", deadline: .now + .seconds(5))
        }
    }
}
