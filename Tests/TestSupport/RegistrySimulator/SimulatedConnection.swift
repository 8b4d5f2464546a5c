import NIOCore
import NIOHTTP1

extension ChannelPipeline.SynchronousOperations {
    func addRegistryHandlers(_ reference: SimulatorReference) throws {
        try addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        try addHandler(SimulatedConnection(reference))
    }
}

/// Reads requests one after the other and writes answers as bytes.
final class SimulatedConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let reference: SimulatorReference
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ reference: SimulatorReference) {
        self.reference = reference
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part):
            body.writeBuffer(&part)
        case .end:
            guard let head, let simulator = reference.simulator else { return context.close(promise: nil) }
            let request = LoggedRequest(
                method: head.method.rawValue, target: head.uri,
                headers: head.headers.map { (name: $0.name, value: $0.value) }, body: String(buffer: body),
                remote: context.remoteAddress?.description ?? "")
            let (answer, fault) = simulator.plan(for: request)
            perform(fault, on: answer, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func perform(_ fault: ScriptedFault.Action?, on answer: SimulatedAnswer, _ context: ChannelHandlerContext) {
        var answer = answer
        switch fault {
        case nil: write(Array(answer.head.utf8) + answer.body, context)
        case .stall: break
        case .status(let status, let headers, let body):
            answer = .status(status, headers: headers, body: body)
            write(Array(answer.head.utf8) + answer.body, context)
        case .truncate(let count):
            write(Array(answer.head.utf8) + answer.body.prefix(count), context, thenClose: true)
        case .wrongBytes:
            if let first = answer.body.first { answer.body[0] = first ^ 1 }
            write(Array(answer.head.utf8) + answer.body, context)
        case .redirect(let target):
            answer = .status(307, headers: [("Location", target)])
            write(Array(answer.head.utf8), context)
        case .drip(let milliseconds):
            write(Array(answer.head.utf8), context)
            drip(answer.body[...], every: .milliseconds(milliseconds), context)
        case .close: context.close(promise: nil)
        case .endless:
            write(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8), context)
            flood(context)
        case .header(let name, let value):
            answer.set(name, value)
            write(Array(answer.head.utf8) + answer.body, context)
        case .raw(let text, let staysOpen): write(Array(text.utf8), context, thenClose: !staysOpen)
        case .delay(let milliseconds):
            let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let bytes = Array(answer.head.utf8) + answer.body
            context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                guard own.value.1.channel.isActive else { return }
                own.value.0.write(bytes, own.value.1)
            }
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext, thenClose: Bool = false) {
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
        guard thenClose else { return }
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.whenComplete { _ in context.value.close(promise: nil) }
    }

    private func drip(_ bytes: ArraySlice<UInt8>, every pause: TimeAmount, _ context: ChannelHandlerContext) {
        guard let first = bytes.first, context.channel.isActive else { return }
        write([first], context)
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) {
            own.value.0.drip(bytes.dropFirst(), every: pause, own.value.1)
        }
    }

    /// One chunk after the other, each when the one before is out.
    private func flood(_ context: ChannelHandlerContext) {
        let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 0x4000) + Array("\r\n".utf8)
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: chunk))).whenSuccess {
            // Not at once: a write that succeeds immediately would call itself without end.
            own.value.1.eventLoop.execute { own.value.0.flood(own.value.1) }
        }
    }
}
