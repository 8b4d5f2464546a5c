import Foundation
@testable import Outbound
import TestSupport
import Testing

/// What is cheap once must be cheap ten thousand times: `DOCKGATE_REPEATS` says how often.
@Suite struct RepeatedFaultTests {
    private static let repeats = ProcessInfo.processInfo.environment["DOCKGATE_REPEATS"].flatMap { Int($0) } ?? 15

    private var limits: OutboundLimits {
        var limits = OutboundLimits()
        limits.failuresToOpenCircuit = .max
        limits.requestsPerMinute = .max
        limits.firstByte = .milliseconds(5)
        limits.connect = .milliseconds(5)
        limits.handshake = .milliseconds(5)
        return limits
    }

    /// Asks again and again; afterwards no connection may be open but the one that is kept after a whole answer.
    private func ask(_ simulator: RegistrySimulator, _ client: OutboundClient, _ url: OutboundURL) async throws {
        for _ in 0..<Self.repeats {
            let outcome = await client.outcome(url, limit: 64 * 1024)
            #expect(outcome.error != nil, "\(outcome)")
        }
        let patience = ContinuousClock.now + .seconds(10)
        while simulator.openConnections > 1, .now < patience { try await Task.sleep(for: .milliseconds(20)) }
        #expect(simulator.openConnections <= 1)
    }

    @Test(
        "R04: however often a host fails in the same way, every connection to it is closed",
        arguments: [
            ScriptedFault.Action.stall, .close, .endless, .truncate(after: 3), .drip(milliseconds: 50),
            .header(name: "Content-Encoding", value: "gzip"), .raw("nonsense\r\n\r\n"),
            .raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", staysOpen: true),
        ])
    func answers(action: ScriptedFault.Action) async throws {
        try await withSimulator(limits: limits) { simulator, client in
            simulator.push(manifest: [UInt8](repeating: 1, count: 500), to: "a", tag: "t")
            simulator.script(ScriptedFault("/v2/", do: action))
            try await ask(simulator, client, try simulator.url("/v2/a/manifests/t"))
        }
    }

    @Test("R05: however often a TLS handshake stalls, every connection is closed")
    func handshakes() async throws {
        try await withRegistrySimulator(isSilent: true) { simulator in
            let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true)
            try await withOutbound(rules: [rule], limits: limits) { client in
                try await ask(simulator, client, try OutboundURL(parsing: "https://\(simulator.authority)/"))
            }
        }
    }

    @Test("R22: however often a certificate is refused, every connection is closed")
    func certificates() async throws {
        var limits = limits
        limits.handshake = .seconds(3)
        let certificate = try SimulatedAuthority().certificate(for: ["127.0.0.1"])
        try await withRegistrySimulator(certificate: certificate) { simulator in
            let rule = try HostRule(authority: simulator.authority, privateAddressAllowed: true)
            try await withOutbound(rules: [rule], limits: limits) { client in
                try await ask(simulator, client, try OutboundURL(parsing: "https://\(simulator.authority)/"))
            }
        }
    }
}
