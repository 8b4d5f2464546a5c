import Outbound
import TestSupport
import Testing

@Suite struct OutboundClientTests {
    @Test("an answer comes back with status, header and body")
    func answers() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .status(200, headers: [("X-Fact", "1")], body: "hello")))
            let response = try await client.send(
                OutboundRequest(simulator.url("/x"), headers: [("accept", "text/plain")], limit: 5),
                deadline: .now + .seconds(5))
            #expect(response.status == 200)
            #expect(response.value(of: "x-fact") == "1")
            #expect(String(decoding: response.body, as: UTF8.self) == "hello")
            let request = try #require(simulator.requests.first)
            #expect(request.header("accept") == "text/plain")
            #expect(request.header("accept-encoding") == "identity")
            #expect(request.header("host") == simulator.authority)
        }
    }

    @Test("connections are used again, also after an answer without use for its body")
    func reuses() async throws {
        try await withSimulator { simulator, client in
            let url = try simulator.url("/missing")
            for _ in 0..<3 { #expect(try await client.outcome(url).get().status == 404) }
            #expect(Set(simulator.requests.map(\.remote)).count == 1)
        }
    }

    @Test("attack 22: the body of a refusal is never handed on")
    func noRefusalBody() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .status(403, body: "secret")))
            let response = try await client.outcome(simulator.url("/x")).get()
            #expect(response.status == 403)
            #expect(response.body.isEmpty)
        }
    }

    // MARK: Size

    @Test("a body of exactly the limit passes, one byte more is refused")
    func limit() async throws {
        try await withSimulator { simulator, client in
            let url = try simulator.url("/x")
            simulator.script(ScriptedFault("/x", do: .status(200, body: "12345")))
            #expect(await client.outcome(url, limit: 5).text == "12345")
            #expect(await client.outcome(url, limit: 4).error == .tooLarge(host: simulator.authority, limit: 4))
        }
    }

    @Test("R07: reading stops at the limit when the body has no end")
    func endless() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .endless))
            let error = await client.outcome(try simulator.url("/x"), limit: 1 << 20).error
            #expect(error == .tooLarge(host: simulator.authority, limit: 1 << 20))
        }
    }

    @Test("more header fields than the bound are refused")
    func headerFields() async throws {
        try await withSimulator { simulator, client in
            let many = (0..<200).map { (name: "X-\($0)", value: "1") }
            simulator.script(ScriptedFault("/x", do: .status(200, headers: many)))
            guard case .protocolViolation = await client.outcome(try simulator.url("/x")).error else {
                Issue.record("200 header fields were taken")
                return
            }
        }
    }

    @Test("a header of more bytes than the bound is refused")
    func headerBytes() async throws {
        try await withSimulator { simulator, client in
            let wide = [(name: "X-Wide", value: String(repeating: "a", count: 40_000))]
            simulator.script(ScriptedFault("/x", do: .status(200, headers: wide)))
            guard case .protocolViolation = await client.outcome(try simulator.url("/x")).error else {
                Issue.record("40,000 bytes of header were taken")
                return
            }
        }
    }

    // MARK: Time

    @Test("R04: a host that takes the request and never answers is given up after the bound for the first byte")
    func stall() async throws {
        var limits = OutboundLimits.patient
        limits.firstByte = .milliseconds(200)
        try await withSimulator(limits: limits) { simulator, client in
            simulator.script(ScriptedFault("/x", do: .stall))
            let error = await client.outcome(try simulator.url("/x")).error
            #expect(
                error == .timedOut(host: simulator.authority, phase: .firstByte, after: .milliseconds(200)))
        }
    }

    @Test("R06: a body that drips is given up at the bound for the whole, not per byte")
    func drip() async throws {
        var limits = OutboundLimits.patient
        limits.total = .milliseconds(400)
        try await withSimulator(limits: limits) { simulator, client in
            simulator.push(manifest: [UInt8](repeating: 1, count: 500), to: "a", tag: "t")
            simulator.script(ScriptedFault("/v2", do: .drip(milliseconds: 1000)))
            let clock = ContinuousClock()
            let start = clock.now
            let error = await client.outcome(try simulator.url("/v2/a/manifests/t")).error
            #expect(error == .timedOut(host: simulator.authority, phase: .total, after: .milliseconds(400)))
            // One byte a second would take more than eight minutes.
            #expect(clock.now - start < .seconds(100))
        }
    }

    @Test("the caller's deadline is told apart from our own bounds")
    func deadline() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .stall))
            let error = await client.outcome(try simulator.url("/x"), within: .milliseconds(100)).error
            #expect(error == .deadlineExceeded(host: simulator.authority))
        }
    }

    @Test("a name service that hangs ends with the deadline")
    func hangingResolver() async throws {
        struct Hanging: HostResolver {
            func addresses(
                of host: String, deadline: ContinuousClock.Instant
            ) async throws(HostResolverError) -> [IPAddress] {
                try? await Task.sleep(until: deadline, clock: .continuous)
                throw .timedOut
            }
        }
        try await withOutbound(rules: [], resolver: Hanging()) { client in
            let url = try OutboundURL(parsing: "https://registry.test/")
            let error = await client.outcome(url, within: .milliseconds(100)).error
            #expect(error == .deadlineExceeded(host: "registry.test"))
        }
    }

    // MARK: Broken answers

    @Test("a body that is cut off is not an answer")
    func truncated() async throws {
        try await withSimulator { simulator, client in
            simulator.push(manifest: Array("0123456789".utf8), to: "a", tag: "t")
            simulator.script(ScriptedFault("/v2", do: .truncate(after: 5)))
            let outcome = await client.outcome(try simulator.url("/v2/a/manifests/t"))
            #expect(outcome.error != nil)
        }
    }

    @Test("a connection that closes without an answer is unreachable")
    func closes() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .close))
            guard case .unreachable = await client.outcome(try simulator.url("/x")).error else {
                Issue.record("closing is an answer")
                return
            }
        }
    }

    @Test(
        "R08: a body whose length is not certain is refused",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: \u{0}\r\nContent-Length: 0\r\n\r\n",
        ])
    func framing(raw: String) async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .raw(raw)))
            let outcome = await client.outcome(try simulator.url("/x"))
            #expect(outcome.error != nil, "\(outcome)")
        }
    }

    @Test(
        "R08: what follows an answer on its connection is never taken for the next answer",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabevil",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nab",
        ])
    func leftOvers(raw: String) async throws {
        var limits = OutboundLimits.patient
        limits.firstByte = .seconds(1)
        try await withSimulator(limits: limits) { simulator, client in
            simulator.script(ScriptedFault("/x", do: .raw(raw, staysOpen: true)))
            simulator.script(ScriptedFault("/y", do: .status(200, body: "good")))
            let first = await client.outcome(try simulator.url("/x"))
            #expect(first.text == "ab" || first.error != nil, "\(first)")
            let second = await client.outcome(try simulator.url("/y"))
            #expect(second.text == "good" || second.error != nil, "\(second)")
            let third = await client.outcome(try simulator.url("/y"))
            #expect(third.text == "good", "\(third)")
            #expect(Set(simulator.requests.map(\.remote)).count > 1, "the connection was used again")
        }
    }

    @Test("a body that ends with the connection only is refused: its end cannot be told from a fault")
    func unframed() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .raw("HTTP/1.1 200 OK\r\n\r\nabc")))
            guard case .protocolViolation = await client.outcome(try simulator.url("/x")).error else {
                Issue.record("an unframed body was taken")
                return
            }
        }
    }

    @Test(
        "R24: a compressed body is refused, since none was asked for: no bomb is ever unpacked",
        arguments: ["gzip", "GZIP", "br", "identity, gzip"])
    func compressed(coding: String) async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/x", do: .status(200, headers: [("Content-Encoding", coding)], body: "x")))
            let error = await client.outcome(try simulator.url("/x")).error
            #expect(
                error
                    == .protocolViolation(
                        host: simulator.authority, detail: "a compressed body, which was not asked for"))
        }
    }

    @Test("nothing listens: unreachable")
    func refused() async throws {
        let simulator = try await RegistrySimulator.start()
        let authority = simulator.authority
        let url = try simulator.url("/")
        await simulator.shutdown()
        let rule = try HostRule(authority: authority, privateAddressAllowed: true, insecureHTTP: true)
        try await withOutbound(rules: [rule]) { client in
            let error = await client.outcome(url).error
            #expect(error == .unreachable(host: authority, detail: "it refuses connections"))
        }
    }

    // MARK: Concurrency

    @Test("requests beyond the width of a host wait, and all are answered")
    func waiting() async throws {
        var limits = OutboundLimits.patient
        limits.exchangesPerHost = 2
        try await withSimulator(limits: limits) { simulator, client in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let url = try simulator.url("/x")
            let answered = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { await client.outcome(url).text == "ok" } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(answered == 20)
            #expect(Set(simulator.requests.map(\.remote)).count <= 2)
        }
    }

    @Test("when too many wait for a host, the next is refused at once; when a waiter's time is over, it leaves")
    func overloaded() async throws {
        var limits = OutboundLimits.patient
        limits.exchangesPerHost = 1
        limits.waitingPerHost = 1
        try await withSimulator(limits: limits) { simulator, client in
            simulator.script(ScriptedFault("/x", do: .stall))
            let url = try simulator.url("/x")
            let errors = await withTaskGroup(of: OutboundError?.self) { group in
                // Long enough for all three to have asked before the first gives up, on a busy machine as well.
                for _ in 0..<3 { group.addTask { await client.outcome(url, within: .seconds(2)).error } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let host = simulator.authority
            #expect(errors.first == .overloaded(host: host))
            #expect(errors.dropFirst().allSatisfy { $0 == .deadlineExceeded(host: host) })
        }
    }

    @Test("a client that was shut down asks nobody")
    func shutdown() async throws {
        try await withSimulator { simulator, client in
            await client.shutdown()
            let error = await client.outcome(try simulator.url("/x")).error
            #expect(error == .cancelled(host: simulator.authority))
            #expect(simulator.requests.isEmpty)
        }
    }

    @Test("pools beyond the bound are closed, and their hosts can still be asked")
    func manyHosts() async throws {
        var limits = OutboundLimits.patient
        limits.connectionPools = 2
        try await withRegistrySimulator { simulator in
            simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            let names = (0..<5).map { "r\($0).test:\(simulator.port)" }
            let rules = try names.map { try HostRule(authority: $0, privateAddressAllowed: true, insecureHTTP: true) }
            try await withOutbound(rules: rules, limits: limits, resolver: ScriptedResolver(["127.0.0.1"])) { client in
                for name in names + names {
                    let url = try OutboundURL(parsing: "http://\(name)/x")
                    #expect(await client.outcome(url).text == "ok")
                }
            }
        }
    }
}
