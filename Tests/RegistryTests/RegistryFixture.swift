import NIOPosix
import OCI
import Outbound
@testable import Registry
import TestSupport
import Trust

/// A client for simulators, with short pauses and without chance.
struct RegistryFixture: Sendable {
    let client: RegistryClient
    let outbound: OutboundClient

    init(
        _ hosts: [RegistryHost], limits: OutboundLimits = .patient,
        registryLimits: RegistryLimits = .quick, helpers: CredentialHelpers = .none
    ) throws {
        let configuration = RegistryConfiguration(hosts: hosts, limits: registryLimits)
        outbound = OutboundClient(
            rules: try configuration.outboundRules(), limits: limits,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        client = RegistryClient(
            configuration: configuration, outbound: outbound, helpers: helpers, jitter: { 0.5 })
    }

    func fetch(_ locator: Locator, within time: Duration = .seconds(60)) async -> Fetched {
        await client.fetch(locator, deadline: .now + time)
    }
}

extension RegistryLimits {
    static var quick: RegistryLimits {
        var limits = RegistryLimits()
        limits.firstPause = .milliseconds(5)
        return limits
    }
}

extension RegistrySimulator {
    func host(
        redirectTo: [String] = [], tokenRealmHosts: [String] = [], credentials: RegistryCredentials? = nil
    ) -> RegistryHost {
        RegistryHost(
            host: authority, privateAddressAllowed: true, insecureHTTP: !usesTLS, redirectTo: redirectTo,
            tokenRealmHosts: tokenRealmHosts, credentials: credentials.map { .stated($0) })
    }

    func host(
        source: CredentialSource?, mirrors: [RegistryMirror] = [], requestsPerMinute: Int? = nil
    ) -> RegistryHost {
        RegistryHost(
            host: authority, privateAddressAllowed: true, insecureHTTP: !usesTLS, credentials: source, mirrors: mirrors,
            requestsPerMinute: requestsPerMinute)
    }

    func manifest(_ path: String, tag: String) throws -> Locator {
        .manifest(try repository(path), .tag(tag))
    }
}

/// Runs `body` with a client for `simulator` and closes its connections afterwards.
func withRegistry<Value: Sendable>(
    _ hosts: [RegistryHost], limits: OutboundLimits = .patient, registryLimits: RegistryLimits = .quick,
    helpers: CredentialHelpers = .none, _ body: (RegistryFixture) async throws -> Value
) async throws -> Value {
    let fixture = try RegistryFixture(
        hosts, limits: limits, registryLimits: registryLimits, helpers: helpers)
    do {
        let value = try await body(fixture)
        await fixture.outbound.shutdown()
        return value
    } catch {
        await fixture.outbound.shutdown()
        throw error
    }
}

extension Fetched {
    var content: Content? {
        if case .found(let content) = self { content } else { nil }
    }

    var violation: ReasonCode? {
        if case .violated(let refusal) = self { refusal.reason } else { nil }
    }

    var obstacle: ReasonCode? {
        if case .undetermined(let refusal) = self { refusal.reason } else { nil }
    }

    var refusal: Refusal? {
        switch self {
        case .violated(let refusal), .undetermined(let refusal): refusal
        case .found, .absent: nil
        }
    }
}

extension OutboundLimits {
    /// Longer than any test waits that is not about these bounds, however busy the machine is.
    static var patient: OutboundLimits {
        var limits = OutboundLimits()
        limits.connect = .seconds(60)
        limits.handshake = .seconds(60)
        limits.firstByte = .seconds(60)
        limits.total = .seconds(60)
        return limits
    }
}
