import Glibc
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
public import Timestamp

/// The TLS listener: HTTP/1.1 on SwiftNIO, one event loop for each core but one.
///
/// The pipeline of a connection is TLS, NIO's request parser, and `ConnectionHandler`. There is no response encoder and
/// no pipelining handler: answers have two header fields and are written in one piece, and the state machine takes
/// requests one by one.
public final class Server: Sendable {
    private let host: String
    private let port: Int
    private let state: ServerState
    private let draining = Draining()
    private let shown: ShownCertificate
    private let clock: @Sendable () -> Instant
    private let run = Mutex(Run.notStarted)

    private enum Run {
        case notStarted
        case starting
        case running(Listener)
        case stopped
    }

    private struct Listener {
        let group: MultiThreadedEventLoopGroup
        let loops: [EventLoopState]
        let channel: any Channel
    }

    /// - Parameters:
    ///   - host: an address or name to listen at.
    ///   - port: 0 lets the system choose; `start` tells which.
    ///   - routes: the doors, each at its own path.
    ///   - readiness: what must hold for `/readyz` to be ready, beside not shutting down and a certificate that is valid.
    ///   - clock: tells whether the certificate is valid.
    ///   - logger: is told at level debug of connections that failed, such as a caller that does not trust the certificate.
    public init(
        host: String, port: Int, certificate: ServingCertificate, routes: [Route], readiness: [ReadinessCheck],
        limits: ServerLimits = ServerLimits(), clock: @escaping @Sendable () -> Instant,
        logger: Logger = Logger(label: "dockgate.server")
    ) {
        self.host = host
        self.port = port
        self.clock = clock
        let shown = ShownCertificate(certificate)
        self.shown = shown
        let ownCheck = ReadinessCheck("certificate") { shown.certificate.problem(at: clock()) }
        state = ServerState(
            limits: limits, asksForClientCertificates: certificate.asksForClientCertificates,
            routes: routes + [
                Route("/readyz", ReadinessEndpoint(checks: [ownCheck] + readiness, draining: draining)),
                Route("/livez", LivenessEndpoint()),
            ],
            draining: draining, logger: logger)
    }

    /// Listens, and answers until `shutdown`.
    ///
    /// - Parameter threads: event loops. If nil, one core is left to what else there is to do, the log's thread first: two
    ///   loops on two cores cost a request more than one does.
    /// - Returns: the port that is listened at.
    /// - Throws: `ServerError` if the address cannot be bound, the certificate is not valid now, or the server was started
    ///   before. It ends what it began: call `shutdown` only after it has returned.
    public func start(threads: Int? = nil) async throws(ServerError) -> Int {
        if let problem = certificate.problem(at: clock()) { throw ServerError(problem) }
        try run.withLock { (run) throws(ServerError) in
            guard case .notStarted = run else { throw ServerError("the server was started before") }
            run = .starting
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(threads ?? System.coreCount - 1, 1))
        let loops = group.makeIterator().map { EventLoopState($0) }
        do {
            let channel = try await bootstrap(group, loops).bind(host: host, port: port).get()
            run.withLock { $0 = .running(Listener(group: group, loops: loops, channel: channel)) }
            return channel.localAddress?.port ?? port
        } catch {
            try? await group.shutdownGracefully()
            run.withLock { $0 = .notStarted }
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw ServerError("cannot listen at `\(host):\(port)`: \(reason)")
        }
    }

    /// What is shown to connections that are opened now.
    public var certificate: ServingCertificate { shown.certificate }

    /// Shows another certificate to connections that are opened from now on. Those that are open keep theirs.
    ///
    /// - Throws: `ServerError`, and nothing changes, if it is not valid now, or differs in whether client certificates are
    ///   asked for: that is settled at `init`; the authorities may change.
    public func use(_ certificate: ServingCertificate) throws(ServerError) {
        guard certificate.asksForClientCertificates == state.asksForClientCertificates else {
            throw ServerError("whether client certificates are needed cannot change while the server runs")
        }
        if let problem = certificate.problem(at: clock()) { throw ServerError(problem) }
        shown.replace(with: certificate)
    }

    /// Stops accepting, lets every connection finish the request it has begun (answered with `Connection: close`), and
    /// closes what is still open after `limit`. Returns when all is closed.
    public func shutdown(within limit: Duration) async {
        draining.begin()
        let previous = run.withLock { run in
            defer { run = .stopped }
            return run
        }
        guard case .running(let listener) = previous else { return }
        try? await listener.channel.close()
        let drained = listener.loops.map { $0.drain() }
        let deadline = listener.channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            for loop in listener.loops { loop.closeAll() }
        }
        for loop in drained { try? await loop.get() }
        deadline.cancel()
        try? await listener.group.shutdownGracefully()
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup, _ loops: [EventLoopState]) -> ServerBootstrap {
        let loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)], state.admitConnection() else {
                        throw ServerError("too many connections")
                    }
                    channel.closeFuture.whenComplete { _ in self.state.connectionClosed() }
                    try addHandlers(to: channel, loop)
                }
            }
    }

    private func addHandlers(to channel: any Channel, _ loop: EventLoopState) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = state.limits.maximumHeaderBytes
        limits.maxHeaderListSize = state.limits.maximumHeaderBytes
        limits.maxHeaderFieldCount = state.limits.maximumHeaderFields
        let decoder = HTTPRequestDecoder(limitConfiguration: limits)
        let context = certificate.context
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: context))
        // What the parser leaves unread is at most one header field that has not ended.
        try pipeline.addHandler(
            ByteToMessageHandler(decoder, maximumBufferSize: 2 * state.limits.maximumHeaderBytes))
        try pipeline.addHandler(ConnectionHandler(server: state, loop: loop))
    }
}

/// The certificate of a listener, which may be replaced.
private final class ShownCertificate: Sendable {
    private let current: Mutex<ServingCertificate>

    init(_ certificate: ServingCertificate) {
        current = Mutex(certificate)
    }

    var certificate: ServingCertificate { current.withLock { $0 } }

    func replace(with certificate: ServingCertificate) {
        current.withLock { $0 = certificate }
    }
}

/// A path, and what answers there.
public struct Route: Sendable {
    let path: String
    let endpoint: any Endpoint

    /// - Parameter path: such as `/validate`.
    public init(_ path: String, _ door: ValidateDoor) {
        self.init(path, door as any Endpoint)
    }

    init(_ path: String, _ endpoint: any Endpoint) {
        self.path = path
        self.endpoint = endpoint
    }
}

/// Why a server does not listen.
public struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// For the operator: what cannot be listened at or shown, and why.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
