import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A TLS connection that sends exactly the bytes it is told to, and reads answers by hand.
public final class TLSConnection: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// What has arrived and was not taken yet.
    private final class Inbox: Sendable {
        private struct Content {
            var bytes: [UInt8] = []
            var isClosed = false
            /// What both sides have agreed to speak; nil before the handshake is complete, empty if nothing.
            var speaks: String?
        }

        private let content = Mutex(Content())

        var isClosed: Bool { content.withLock { $0.isClosed } }
        var holdsBytes: Bool { content.withLock { !$0.bytes.isEmpty } }
        var speaks: String? { content.withLock { $0.speaks } }

        func append(_ bytes: ByteBufferView) { content.withLock { $0.bytes += bytes } }
        func close() { content.withLock { $0.isClosed = true } }
        func agree(on name: String) { content.withLock { $0.speaks = name } }

        /// An answer if there is one, and whether there can be another.
        func take() -> (Answer?, isClosed: Bool) {
            content.withLock { (TLSConnection.takeAnswer(from: &$0.bytes), $0.isClosed) }
        }
    }

    /// An answer of the server.
    public struct Answer: Sendable {
        public let status: Int
        public let header: String
        public let body: [UInt8]

        public var text: String { String(decoding: body, as: UTF8.self) }
        public var closes: Bool { header.contains("Connection: close\r\n") }
    }

    /// Nothing came, and the connection was not closed either.
    public struct TimedOut: Error {}

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// A connection without TLS, to a server that expects it.
    public static func openPlain(port: Int) async throws -> TLSConnection {
        try await open(port: port, readsByItself: true) { nil }
    }

    static func open(
        port: Int, readsByItself: Bool, tls: @escaping @Sendable () throws -> NIOSSLClientHandler?
    ) async throws -> TLSConnection {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: readsByItself)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler = try tls() { try channel.pipeline.syncOperations.addHandler(handler) }
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox: inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TLSConnection(channel: channel, inbox: inbox)
    }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends without waiting for it to be taken.
    public func push(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// The next answer; nil if the connection is closed instead.
    public func answer(within limit: Duration = .seconds(20)) async throws -> Answer? {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let (answer, isClosed) = inbox.take()
            if let answer { return answer }
            if isClosed { return nil }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw TimedOut()
    }

    /// Whether an answer has begun to arrive, or never will.
    public var hasAnswer: Bool { inbox.isClosed || inbox.holdsBytes }

    /// Waits for the handshake; what both sides have agreed to speak, empty if nothing, nil if it failed.
    public func protocolName(within limit: Duration = .seconds(20)) async throws -> String? {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let name = inbox.speaks { return name }
            if inbox.isClosed { return nil }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw TimedOut()
    }

    /// Waits for the other side to close.
    public func isClosed(within limit: Duration = .seconds(20)) async throws -> Bool {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if inbox.isClosed { return true }
            try await Task.sleep(for: .milliseconds(1))
        }
        return false
    }

    public func close() {
        channel.close(promise: nil)
    }

    private static func takeAnswer(from bytes: inout [UInt8]) -> Answer? {
        let end = Array("\r\n\r\n".utf8)
        guard let start = bytes.firstRange(of: end) else { return nil }
        let headerBytes = start.upperBound
        let header = String(decoding: bytes[..<headerBytes], as: UTF8.self)
        let lines = header.split(separator: "\r\n")
        let status = lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
        let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        guard bytes.count >= headerBytes + length else { return nil }
        let body = Array(bytes[headerBytes..<headerBytes + length])
        bytes.removeFirst(headerBytes + length)
        return Answer(status: status, header: header, body: body)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let inbox: Inbox

        init(inbox: Inbox) {
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox.append(unwrapInboundIn(data).readableBytesView)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? TLSUserEvent, case .handshakeCompleted(let name) = event {
                inbox.agree(on: name ?? "")
            }
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            inbox.close()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
