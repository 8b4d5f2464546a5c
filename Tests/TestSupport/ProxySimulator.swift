import NIOCore
import NIOPosix
import Synchronization

/// A proxy over real loopback sockets that understands `CONNECT` and nothing else.
public final class ProxySimulator: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    private let listener: any Channel
    private let log: ProxyLog

    /// `destinations`: for each `host:port` that may be asked for, the port on 127.0.0.1 where it is.
    public static func start(destinations: [String: Int]) async throws -> ProxySimulator {
        let log = ProxyLog(destinations: destinations)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyConnection(log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ProxySimulator(listener: listener, log: log)
    }

    private init(listener: any Channel, log: ProxyLog) {
        self.listener = listener
        self.log = log
        port = listener.localAddress?.port ?? 0
    }

    public var url: String { "http://127.0.0.1:\(port)" }

    /// The first line of every request so far.
    public var requests: [String] { log.requests.withLock { $0 } }

    public func shutdown() async { try? await listener.close() }
}

/// Starts a proxy, runs `body` and shuts it down whatever comes of it.
public func withProxySimulator<Value: Sendable>(
    destinations: [String: Int], _ body: (ProxySimulator) async throws -> Value
) async throws -> Value {
    let proxy = try await ProxySimulator.start(destinations: destinations)
    do {
        let value = try await body(proxy)
        await proxy.shutdown()
        return value
    } catch {
        await proxy.shutdown()
        throw error
    }
}

private final class ProxyLog: Sendable {
    let destinations: [String: Int]
    let requests = Mutex<[String]>([])

    init(destinations: [String: Int]) {
        self.destinations = destinations
    }
}

/// Reads one request; what comes after it goes to the other side as it is.
private final class ProxyConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: ProxyLog
    private var head: [UInt8] = []
    private var destination: (any Channel)?

    init(_ log: ProxyLog) {
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if let destination { return destination.writeAndFlush(buffer, promise: nil) }
        head += buffer.readableBytesView
        let text = String(decoding: head, as: UTF8.self)
        guard text.hasSuffix("\r\n\r\n"), let line = text.split(separator: "\r\n").first else { return }
        log.requests.withLock { $0.append(String(line)) }
        let words = line.split(separator: " ")
        guard words.first == "CONNECT", words.count == 3 else { return answer("405 Method Not Allowed", context) }
        guard let port = log.destinations[String(words[1])] else { return answer("403 Forbidden", context) }
        connect(to: port, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        destination?.close(promise: nil)
    }

    private func connect(to port: Int, _ context: ChannelHandlerContext) {
        let client = context.channel
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyRelay(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: port).whenComplete { result in
                let (handler, context) = own.value
                guard case .success(let channel) = result else { return handler.answer("502 Bad Gateway", context) }
                handler.destination = channel
                handler.answer("200 Connection established", context)
            }
    }

    private func answer(_ status: String, _ context: ChannelHandlerContext) {
        let text = "HTTP/1.1 \(status)\r\n\(destination == nil ? "Content-Length: 0\r\n" : "")\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}

/// Hands on what the destination says.
private final class ProxyRelay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel

    init(to client: any Channel) {
        self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.close(promise: nil)
    }
}
