import NIOPosix
import Outbound
import Synchronization
import TestSupport

/// A client whose connections are closed when `body` is over.
func withOutbound<Value: Sendable>(
    rules: [HostRule], limits: OutboundLimits = .patient, proxy: OutboundProxy? = nil,
    resolver: (any HostResolver)? = nil, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    _ body: (OutboundClient) async throws -> Value
) async throws -> Value {
    let client = OutboundClient(
        rules: rules, limits: limits, proxy: proxy, resolver: resolver,
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, clock: clock)
    do {
        let value = try await body(client)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// A simulator and a client that may ask it.
func withSimulator<Value: Sendable>(
    limits: OutboundLimits = .patient, redirectTo: [String] = [],
    _ body: (RegistrySimulator, OutboundClient) async throws -> Value
) async throws -> Value {
    try await withRegistrySimulator { simulator in
        let rule = try HostRule(
            authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true, redirectTo: redirectTo)
        return try await withOutbound(rules: [rule], limits: limits) { try await body(simulator, $0) }
    }
}

extension RegistrySimulator {
    func url(_ target: String) throws -> OutboundURL {
        try OutboundURL(parsing: origin + target)
    }
}

extension OutboundClient {
    /// What comes of a GET.
    func outcome(
        _ url: OutboundURL, authorization: String? = nil, limit: Int = 1024,
        within time: Duration = .seconds(60)
    ) async -> Result<OutboundResponse, OutboundError> {
        do throws(OutboundError) {
            let request = OutboundRequest(url, authorization: authorization, limit: limit)
            return .success(try await send(request, deadline: .now + time))
        } catch {
            return .failure(error)
        }
    }
}

extension Result where Success == OutboundResponse, Failure == OutboundError {
    var text: String? { (try? get()).map { String(decoding: $0.body, as: UTF8.self) } }

    var error: OutboundError? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

/// Answers from a script: one list of addresses after the other, the last one for ever.
final class ScriptedResolver: HostResolver {
    private let answers: Mutex<[[IPAddress]]>
    private let asked = Mutex<[String]>([])

    init(_ answers: [String]...) {
        self.answers = Mutex(answers.map { $0.compactMap(IPAddress.init(canonical:)) })
    }

    var questions: [String] { asked.withLock { $0 } }

    func addresses(
        of host: String, deadline: ContinuousClock.Instant
    ) async throws(HostResolverError) -> [IPAddress] {
        asked.withLock { $0.append(host) }
        return answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] }
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
