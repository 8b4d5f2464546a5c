import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A registry over real loopback sockets: the pull side of the OCI distribution protocol from memory, with three ways of
/// authentication and a script of faults.
///
/// It serves HTTP/1.1 on a free port of 127.0.0.1, or of `::1`, with TLS if it is given a certificate.
public final class RegistrySimulator: Sendable {
    /// The port on 127.0.0.1, or on `::1`.
    public let port: Int
    public let usesTLS: Bool
    let state: Mutex<State>
    private let listener: any Channel
    private let connections: OpenConnections

    struct State {
        var manifests: [String: SimulatedObject] = [:]
        var blobs: [String: SimulatedObject] = [:]
        var files: [String: [UInt8]] = [:]
        var trustData: [String: [UInt8]] = [:]
        var faults: [ScriptedFault] = []
        var requests: [LoggedRequest] = []
        var authentication: SimulatedAuthentication = .none
        var tokens = SimulatedTokens()
        var referrers = SimulatedReferrers.none
        var tagsPerPage = 1_000
    }

    /// Starts one, with TLS if there is a certificate. A silent one accepts connections and never says a word.
    public static func start(
        certificate: SimulatedCertificate? = nil, authentication: SimulatedAuthentication = .none,
        isSilent: Bool = false, isIPv6: Bool = false
    ) async throws -> RegistrySimulator {
        let connections = OpenConnections()
        let handlers = SimulatorReference()
        let tls = try certificate.map { try $0.context() }
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    guard !isSilent else { return }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addRegistryHandlers(handlers)
                }
            }
            .bind(host: isIPv6 ? "::1" : "127.0.0.1", port: 0).get()
        let simulator = RegistrySimulator(
            listener: listener, connections: connections, usesTLS: tls != nil, authentication: authentication)
        handlers.set(simulator)
        return simulator
    }

    private init(
        listener: any Channel, connections: OpenConnections, usesTLS: Bool, authentication: SimulatedAuthentication
    ) {
        self.listener = listener
        self.connections = connections
        self.usesTLS = usesTLS
        port = listener.localAddress?.port ?? 0
        state = Mutex(State(authentication: authentication))
    }

    /// `127.0.0.1:port`: what it is called on IPv4.
    public var authority: String { "127.0.0.1:\(port)" }
    /// `http://127.0.0.1:port` or with `https`.
    public var origin: String { (usesTLS ? "https://" : "http://") + authority }

    /// Everything that was asked so far, in order.
    public var requests: [LoggedRequest] { state.withLock { $0.requests } }

    /// Connections that clients have open now.
    public var openConnections: Int { connections.count }

    /// Adds a fault; the first one that fits a request is done, before anything else is looked at.
    public func script(_ fault: ScriptedFault) {
        state.withLock { $0.faults.append(fault) }
    }

    public func clearFaults() {
        state.withLock { $0.faults = [] }
    }

    /// Wants to be talked to like that from now on, for a realm that names the simulator's own port.
    public func demand(_ authentication: SimulatedAuthentication) {
        state.withLock { $0.authentication = authentication }
    }

    /// Whether and how it answers `GET /v2/<name>/referrers/<digest>` from now on.
    public func listReferrers(_ referrers: SimulatedReferrers) {
        state.withLock { $0.referrers = referrers }
    }

    /// Tokens that were given out are no longer accepted.
    public func revokeTokens() {
        state.withLock { $0.tokens.valid = [:] }
    }

    /// Stops listening and closes every connection.
    public func shutdown() async {
        try? await listener.close()
        await connections.closeAll()
    }
}

/// Starts a simulator, runs `body` and shuts it down whatever comes of it.
public func withRegistrySimulator<Value: Sendable>(
    certificate: SimulatedCertificate? = nil, authentication: SimulatedAuthentication = .none, isSilent: Bool = false,
    isIPv6: Bool = false, _ body: (RegistrySimulator) async throws -> Value
) async throws -> Value {
    let simulator = try await RegistrySimulator.start(
        certificate: certificate, authentication: authentication, isSilent: isSilent, isIPv6: isIPv6)
    do {
        let value = try await body(simulator)
        await simulator.shutdown()
        return value
    } catch {
        await simulator.shutdown()
        throw error
    }
}

struct SimulatedObject: Sendable {
    let bytes: [UInt8]
    let mediaType: String
}

/// What a request was, for tests to look at.
public struct LoggedRequest: Sendable {
    public let method: String
    /// Path and query as they came.
    public let target: String
    public let headers: [(name: String, value: String)]
    public let body: String
    /// Address and port of the client: the same for requests on one connection.
    public let remote: String

    /// The first value of a header field; `name` in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// The connections that are open, so that they can be closed when the test is over.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let identity = ObjectIdentifier(channel)
        channels.withLock { $0[identity] = channel }
        channel.closeFuture.whenComplete { _ in
            self.channels.withLock { $0[identity] = nil }
        }
    }

    var count: Int { channels.withLock { $0.count } }

    func closeAll() async {
        let open = channels.withLock { Array($0.values) }
        for channel in open { try? await channel.close() }
    }
}

/// Connections are accepted before the simulator that serves them exists.
final class SimulatorReference: Sendable {
    private struct Weak: Sendable { weak let simulator: RegistrySimulator? }
    private let reference = Mutex(Weak(simulator: nil))

    func set(_ simulator: RegistrySimulator) {
        reference.withLock { $0 = Weak(simulator: simulator) }
    }

    var simulator: RegistrySimulator? { reference.withLock { $0.simulator } }
}
