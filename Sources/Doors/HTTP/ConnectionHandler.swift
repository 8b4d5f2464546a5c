import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// Does for one connection what `ConnectionStateMachine` says: takes message parts, hands complete requests to their
/// endpoint, writes answers, keeps the one timer. Lives on the connection's event loop and is never touched elsewhere.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let loop: EventLoopState
    private let server: ServerState
    private var machine: ConnectionStateMachine
    private var context: ChannelHandlerContext?
    private var exchange = Exchange()
    private var body: [UInt8] = []
    /// What the server has set aside for the body of the current request.
    private var reservedBytes = 0
    /// Whether the client has shown a certificate that the listener's authorities vouch for.
    private var isAuthenticated = false

    /// Parts that arrived while a request was being answered; while there are any, no more is read.
    private var waitingParts = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 0)
    private var isTakingWaitingParts = false
    private var readIsHeld = false
    private var sawPart = false
    private var isWritable = true

    /// At most one, and never later than `machine.deadline`; a deadline that moves away is met by looking again, so that
    /// a request on a busy connection costs no timer.
    private var timer: Scheduled<Void>?
    private var timerDeadline = NIODeadline.distantFuture
    /// Reused for every answer: it is ours again as soon as TLS has taken its bytes.
    private var output = ByteBuffer()

    /// The request that is being received or answered.
    private struct Exchange {
        var number = 0
        var endpoint: (any Endpoint)?
        /// Said in place of an endpoint once the request has ended.
        var refusal: Response?
        var query: Substring.UTF8View?
        var received = NIODeadline.distantPast
        var isHead = false
        var ticket: Ticket?
    }

    init(server: ServerState, loop: EventLoopState) {
        self.server = server
        self.loop = loop
        machine = ConnectionStateMachine(limits: server.limits, now: .now())
    }
}

// MARK: - What the channel says

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        armTimer()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        endExchange()
        machine.closed()
        cancelTimer()
        waitingParts.removeAll()
        self.context = nil
        loop.remove(self)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? TLSUserEvent, case .handshakeCompleted = event else { return }
        isAuthenticated =
            !server.asksForClientCertificates
            || (try? context.pipeline.syncOperations.nioSSL_peerCertificate()) != nil
        machine.handshakeCompleted(now: .now())
        armTimer()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sawPart = true
        let part = unwrapInboundIn(data)
        guard !machine.takesParts else { return take(part) }
        if waitingParts.count < server.limits.maximumPipelinedParts {
            waitingParts.append(part)
        } else {
            machine.closeAfterAnswer()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !sawPart { machine.receivedFragment(now: .now()) }
        sawPart = false
        armTimer()
    }

    func read(context: ChannelHandlerContext) {
        if waitingParts.isEmpty {
            context.read()
        } else {
            readIsHeld = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        guard isWritable, machine.becameWritable(now: .now()) else { return }
        takeWaitingParts()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError || error is ByteToMessageDecoderError.PayloadTooLargeError else {
            // TLS or the network: there is nobody to tell. A peer that goes without a goodbye is no news.
            if (error as? NIOSSLError) != .uncleanShutdown {
                server.logger.debug("a connection failed: \(error)", metadata: metadata)
            }
            return abort()
        }
        switch machine.parserFailed() {
        case .refuse: write(Response.refusal(of: error))
        case .close: close()
        case .ignore: break
        }
    }
}

// MARK: - Receiving

extension ConnectionHandler {
    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): take(head)
        case .body(let bytes): take(bytes)
        case .end: takeEnd()
        }
    }

    private func take(_ head: HTTPRequestHead) {
        let now = NIODeadline.now()
        exchange.number &+= 1
        exchange.isHead = head.method == .HEAD
        exchange.received = now
        do throws(RequestHead.Refusal) {
            let request = try RequestHead(head)
            let target = head.uri.utf8
            let queryMark = target.firstIndex(of: UInt8(ascii: "?"))
            let path = target[..<(queryMark ?? target.endIndex)]
            guard let endpoint = server.endpoint(at: path) else {
                throw RequestHead.Refusal(
                    response: .text(.notFound, "there is nothing at this path"),
                    closes: request.framing.hasBody)
            }
            try request.check(
                endpoint.accepts, method: head.method, limits: server.limits, isAuthenticated: isAuthenticated)
            exchange.endpoint = endpoint
            exchange.query = queryMark.map { target[target.index(after: $0)...] }
            receiveBody(request.framing, now: now)
        } catch {
            refuse(error, keepsAlive: head.isKeepAlive && head.version == .http1_1, now: now)
        }
    }

    private func receiveBody(_ framing: RequestHead.Framing, now: NIODeadline) {
        if machine.receivedHead(framing, now: now) == .receiveBodyAfterContinue {
            output.clear()
            output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
            context?.writeAndFlush(wrapOutboundOut(output), promise: nil)
        }
        if let length = framing.contentLength, length > 0 {
            // Believed only so far: whoever announces much has not sent it yet.
            body.reserveCapacity(min(length, 64 << 10))
        }
    }

    private func refuse(_ refusal: RequestHead.Refusal, keepsAlive: Bool, now: NIODeadline) {
        var framing = RequestHead.Framing()
        framing.keepsAlive = keepsAlive
        guard machine.receivedHead(framing, now: now) != .ignore else { return }
        if refusal.closes {
            machine.closeAfterAnswer()
            write(refusal.response)
        } else {
            exchange.refusal = refusal.response
        }
    }

    private func take(_ bytes: ByteBuffer) {
        let count = bytes.readableBytes
        switch machine.receivedBody(count) {
        case .keep:
            guard server.reserve(count) else {
                return write(
                    .text(.serviceUnavailable, "too many large requests at once", hint: .retryAfterOneSecond))
            }
            reservedBytes += count
            body.append(contentsOf: bytes.readableBytesView)
        case .refuseAsTooLarge:
            machine.closeAfterAnswer()
            write(RequestHead.Refusal.tooLarge(server.limits.maximumBodyBytes).response)
        case .discard:
            break
        case .close:
            close()
        }
    }

    private func takeEnd() {
        switch machine.receivedEnd(now: .now()) {
        case .answer:
            if let refusal = exchange.refusal {
                send(refusal, for: exchange.number)
            } else if let endpoint = exchange.endpoint {
                // Handed over, so that it is gone when the endpoint has read it, and the next one takes its place in
                // memory.
                let request = Request(body: body, query: exchange.query, received: exchange.received)
                body = []
                loop.answer(request, by: endpoint, Reply(to: exchange.number, on: self))
            }
        case .close:
            close()
        case .ignore:
            break
        }
    }

    private func takeWaitingParts() {
        // An endpoint that answers at once comes back here from below.
        guard !isTakingWaitingParts else { return }
        isTakingWaitingParts = true
        while machine.takesParts, let part = waitingParts.popFirst() { take(part) }
        isTakingWaitingParts = false
        if waitingParts.isEmpty, readIsHeld {
            readIsHeld = false
            context?.read()
        }
    }
}

// MARK: - Answering

extension ConnectionHandler {
    /// The answer to a request, if that still waits for one.
    func send(_ response: Response, for number: Int) {
        guard number == exchange.number, machine.isAnswering else { return }
        write(response)
    }

    func expect(by deadline: NIODeadline, ticket: Ticket, for number: Int) {
        guard number == exchange.number else { return }
        exchange.ticket = ticket
        machine.expectAnswer(by: deadline)
        armTimer()
    }

    /// Ends the exchange with a response, whether or not its request had ended.
    private func write(_ response: Response) {
        guard let context else { return }
        // The word that the server ends may still be on its way here.
        if server.draining.hasBegun { machine.closeAfterAnswer() }
        let closes = machine.closesAfterAnswer || !machine.isAnswering
        output.clear()
        output.reserveCapacity(Response.maximumHeadBytes + response.body.count)
        response.write(to: &output, closing: closes, withoutBody: exchange.isHead)
        context.write(wrapOutboundOut(output), promise: nil)
        loop.flushSoon(self)
        endExchange()
        switch machine.answered(isWritable: isWritable, now: .now()) {
        case .proceed: takeWaitingParts()
        case .wait, .discard: break
        case .close: close()
        }
        armTimer()
    }

    /// Lets what was written go.
    func flush() {
        context?.flush()
    }

    private func endExchange() {
        server.release(reservedBytes)
        reservedBytes = 0
        // What an endpoint still holds stays its own; a later answer has another number.
        body = []
        exchange.endpoint = nil
        exchange.refusal = nil
        exchange.query = nil
        exchange.ticket = nil
        exchange.number &+= 1
    }
}

// MARK: - Time and ends

extension ConnectionHandler {
    private func armTimer() {
        let deadline = machine.deadline
        guard deadline < timerDeadline, let context else { return }
        cancelTimer()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
        timerDeadline = deadline
    }

    private func cancelTimer() {
        timer?.cancel()
        timer = nil
        timerDeadline = .distantFuture
    }

    private func timerFired() {
        timer = nil
        timerDeadline = .distantFuture
        switch machine.deadlinePassed(now: .now()) {
        case .nothing: armTimer()
        case .close: close()
        case .abort:
            server.logger.debug("a connection was cut off: the other side did nothing for too long", metadata: metadata)
            abort()
        case .refuseAsTooSlow:
            machine.closeAfterAnswer()
            write(.text(.requestTimeout, "the request took too long to arrive"))
        case .answerTooLate:
            guard let endpoint = exchange.endpoint else { return abort() }
            write(endpoint.answerTooLate(exchange.ticket))
        }
    }

    /// Lets the current request, or one that is on its way, be the last.
    func drain() {
        machine.drain(now: .now())
        armTimer()
    }

    private var metadata: Logger.Metadata? {
        context?.remoteAddress.map { ["peer": "\($0)"] }
    }

    /// In order: TLS says goodbye, and waits a moment for the other side to do so.
    private func close() {
        machine.closed()
        flush()
        context?.close(promise: nil)
    }

    /// At once, past TLS.
    func abort() {
        machine.closed()
        guard let context else { return }
        guard let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) else {
            return context.close(promise: nil)
        }
        tls.close(promise: nil)
    }
}

extension Response {
    /// What is said to something that is no HTTP/1.1 request.
    fileprivate static func refusal(of error: any Error) -> Response {
        switch error as? HTTPParserError {
        case .headerOverflow: .text(.headerFieldsTooLarge, "the header is too large")
        case .invalidVersion: .text(.versionNotSupported, "only HTTP/1.1 is spoken here")
        default: .text(.badRequest, "this is not an HTTP/1.1 request")
        }
    }
}
