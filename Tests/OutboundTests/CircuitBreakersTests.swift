import NIOPosix
@testable import Outbound
import Synchronization
import TestSupport
import Testing

/// A clock that stands still unless it is told to go on.
private final class StillClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}

@Suite struct CircuitBreakersTests {
    private let breakers = CircuitBreakers(threshold: 3, pause: .seconds(5), longestPause: .seconds(12))
    private let start = ContinuousClock.now

    private func pass(_ host: String, after time: Duration = .zero) -> CircuitBreakers.Pass? {
        guard case .admitted(let pass) = breakers.admit(host, at: start + time) else { return nil }
        return pass
    }

    private func fail(_ host: String, _ count: Int, after time: Duration = .zero) {
        for _ in 0..<count {
            guard let pass = pass(host, after: time) else { return }
            breakers.record(.failed, of: pass, at: start + time)
        }
    }

    @Test("failures in a row open the circuit of their host and of no other")
    func opens() {
        fail("a:443", 2)
        #expect(pass("a:443") != nil)
        fail("a:443", 1)
        #expect(pass("a:443") == nil)
        #expect(pass("b:443") != nil)
        guard case .open(let failures, let remaining) = breakers.admit("a:443", at: start + .seconds(2)) else {
            Issue.record("the circuit is closed")
            return
        }
        #expect(failures == 3)
        #expect(remaining == .seconds(3))
    }

    @Test("an answer between failures starts the count anew; what says nothing about the host does not")
    func resets() throws {
        fail("a:443", 2)
        breakers.record(.answered, of: try #require(pass("a:443")), at: start)
        fail("a:443", 2)
        #expect(pass("a:443") != nil)
        breakers.record(.unknown, of: try #require(pass("a:443")), at: start)
        fail("a:443", 1)
        #expect(pass("a:443") == nil)
    }

    @Test("after the pause one request finds out: its answer closes the circuit")
    func closes() throws {
        fail("a:443", 3)
        let probe = try #require(pass("a:443", after: .seconds(5)))
        #expect(pass("a:443", after: .seconds(5)) == nil, "one probe at a time")
        breakers.record(.answered, of: probe, at: start + .seconds(5))
        #expect(pass("a:443", after: .seconds(5)) != nil)
        fail("a:443", 2, after: .seconds(5))
        #expect(pass("a:443", after: .seconds(5)) != nil, "the count begins anew")
    }

    @Test("a probe that fails doubles the pause, up to the longest one")
    func doubles() throws {
        fail("a:443", 3)
        var time = Duration.zero
        for pause in [5, 10, 12, 12] as [Int64] {
            time += .seconds(pause)
            #expect(pass("a:443", after: time - .milliseconds(1)) == nil)
            let probe = try #require(pass("a:443", after: time))
            breakers.record(.failed, of: probe, at: start + time)
        }
    }

    @Test("a probe that is given up lets the next one find out")
    func abandonedProbe() throws {
        fail("a:443", 3)
        breakers.record(.unknown, of: try #require(pass("a:443", after: .seconds(5))), at: start + .seconds(5))
        #expect(pass("a:443", after: .seconds(5)) != nil)
    }

    @Test("requests that were under way when the circuit opened do not make its pause longer")
    func late() throws {
        let late = try (0..<5).map { _ in try #require(pass("a:443")) }
        fail("a:443", 3)
        for pass in late { breakers.record(.failed, of: pass, at: start + .seconds(4)) }
        #expect(pass("a:443", after: .seconds(5)) != nil)
    }

    @Test("of many hosts that fail the oldest are forgotten")
    func bounded() {
        fail("a:443", 3)
        for index in 0..<1100 { fail("\(index).test:443", 1, after: .milliseconds(index + 1)) }
        #expect(pass("a:443", after: .seconds(2)) != nil)
        #expect(pass("1099.test:443", after: .seconds(2)) != nil)
    }

    // MARK: Over sockets

    @Test(
        "R03: a host that answers 5xx again and again is not asked for a while, others are; one request finds out",
        arguments: [500, 502, 503, 504])
    func serverErrors(status: Int) async throws {
        let clock = StillClock()
        try await withRegistrySimulator { other in
            other.script(ScriptedFault("/x", do: .status(200, body: "ok")))
            try await withRegistrySimulator { simulator in
                simulator.script(ScriptedFault("/x", do: .status(status)))
                let rules = try [simulator, other].map {
                    try HostRule(authority: $0.authority, privateAddressAllowed: true, insecureHTTP: true)
                }
                try await withOutbound(rules: rules, clock: { clock.now }) { client in
                    let url = try simulator.url("/x")
                    for _ in 0..<5 { #expect(try await client.outcome(url).get().status == status) }
                    for _ in 0..<20 {
                        let error = await client.outcome(url).error
                        #expect(
                            error
                                == .circuitOpen(host: simulator.authority, failures: 5, remaining: .seconds(5)))
                    }
                    #expect(simulator.requests.count == 5)
                    #expect(try await client.outcome(other.url("/x")).text == "ok")

                    clock.advance(by: .seconds(5))
                    simulator.clearFaults()
                    simulator.script(ScriptedFault("/x", do: .status(200, body: "ok")))
                    for _ in 0..<3 { #expect(await client.outcome(url).text == "ok") }
                }
            }
        }
    }

    @Test("nothing listens: after some failures no connection is tried any more")
    func connectFailures() async throws {
        let simulator = try await RegistrySimulator.start()
        let url = try simulator.url("/x")
        await simulator.shutdown()
        let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true)
        try await withOutbound(rules: [rule]) { client in
            for _ in 0..<5 {
                #expect(
                    await client.outcome(url).error
                        == .unreachable(host: simulator.authority, detail: "it refuses connections"))
            }
            guard case .circuitOpen(simulator.authority, 5, _) = await client.outcome(url).error else {
                Issue.record("it is still asked")
                return
            }
        }
    }

    @Test(
        "what is an answer, or the caller's impatience, opens no circuit",
        arguments: [
            ScriptedFault.Action.status(404), .status(401), .status(429), .endless, .stall,
            .header(name: "Content-Encoding", value: "gzip"), .redirect(to: "http://elsewhere.test/"),
        ])
    func healthy(action: ScriptedFault.Action) async throws {
        try await withSimulator { simulator, client in
            simulator.push(manifest: Array("{}".utf8), to: "a", tag: "t")
            simulator.script(ScriptedFault("/v2/", do: action))
            let url = try simulator.url("/v2/a/manifests/t")
            for _ in 0..<10 { _ = await client.outcome(url, within: .milliseconds(action.isStall ? 20 : 5_000)) }
            simulator.clearFaults()
            #expect(await client.outcome(url).text == "{}")
        }
    }

    @Test("the texts say what is going on, and when it is tried again")
    func texts() {
        let open = OutboundError.circuitOpen(host: "a.test", failures: 5, remaining: .milliseconds(4_200))
        #expect(
            "\(open)" == "`a.test` is not asked, since its last 5 requests failed; it is tried again in 5 s")
        let probing = OutboundError.circuitOpen(host: "a.test", failures: 5, remaining: .zero)
        #expect("\(probing)".hasSuffix("it is tried again at this moment"))
    }
}

extension ScriptedFault.Action {
    fileprivate var isStall: Bool {
        if case .stall = self { true } else { false }
    }
}
