import Cryptography
import NIOCore
import NIOPosix
import NIOSSL
import StrictJSON
import Synchronization
import Timestamp

/// Certificates for one test run: an authority, a server, a client, and a client of somebody else.
struct TestCertificates: Sendable {
    let authority: [UInt8]
    let server: IssuedCertificate
    let client: IssuedCertificate
    let stranger: IssuedCertificate

    static let shared: Result<TestCertificates, CertificateError> = Result { () throws(CertificateError) in
        try TestCertificates()
    }

    private init() throws(CertificateError) {
        let start = Instant(secondsSince1970: 1_700_000_000)
        let lifetime = Duration.seconds(20 * 365 * 86_400)
        let authority = try CertificateIssuer.create(name: "authority", from: start, for: lifetime)
        let other = try CertificateIssuer.create(name: "other authority", from: start, for: lifetime)
        self.authority = authority.certificatePEM
        server = try authority.issue(.server(names: ["localhost", "127.0.0.1"]), from: start, for: lifetime)
        client = try authority.issue(.client(name: "apiserver"), from: start, for: lifetime)
        stranger = try other.issue(.client(name: "stranger"), from: start, for: lifetime)
    }
}

/// A TLS connection that sends exactly the bytes it is told to, and reads answers by hand.
final class TLSConnection: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// What has arrived and was not taken yet.
    private final class Inbox: Sendable {
        private let content = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))

        var isClosed: Bool { content.withLock { $0.isClosed } }

        func append(_ bytes: ByteBufferView) { content.withLock { $0.bytes += bytes } }
        func close() { content.withLock { $0.isClosed = true } }

        /// An answer if there is one, and whether there can be another.
        func take() -> (Answer?, isClosed: Bool) {
            content.withLock { (TLSConnection.takeAnswer(from: &$0.bytes), $0.isClosed) }
        }
    }

    struct Answer {
        let status: Int
        let header: String
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var closes: Bool { header.contains("Connection: close\r\n") }
        /// `response` of the AdmissionReview in the body.
        var review: JSONValue? { (try? JSONDocument(parsing: body))?.root["response"] }
    }

    struct TimedOut: Error {}

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// A connection without TLS, to a server that expects it.
    static func openPlain(port: Int) async throws -> TLSConnection {
        try await open(port: port, context: nil, readsByItself: true)
    }

    static func open(
        port: Int, as client: IssuedCertificate? = nil, readsByItself: Bool = true,
        configure: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TLSConnection {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(TestCertificates.shared.get().authority))
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let client {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(client.certificatePEM)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(bytes: client.key.privateKeyPEM, format: .pem))
        }
        configure(&configuration)
        return try await open(
            port: port, context: NIOSSLContext(configuration: configuration), readsByItself: readsByItself)
    }

    private static func open(port: Int, context: NIOSSLContext?, readsByItself: Bool) async throws -> TLSConnection {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: readsByItself)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox: inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TLSConnection(channel: channel, inbox: inbox)
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends without waiting for it to be taken.
    func push(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// The next answer; nil if the connection is closed instead.
    func answer(within limit: Duration = .seconds(20)) async throws -> Answer? {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let (answer, isClosed) = inbox.take()
            if let answer { return answer }
            if isClosed { return nil }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw TimedOut()
    }

    /// Waits for the other side to close.
    func isClosed(within limit: Duration = .seconds(20)) async throws -> Bool {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if inbox.isClosed { return true }
            try await Task.sleep(for: .milliseconds(2))
        }
        return false
    }

    func close() {
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

        func handlerRemoved(context: ChannelHandlerContext) {
            inbox.close()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
