import Cryptography
import NIOCore
import Synchronization
import Timestamp

@testable import Doors

/// Answers with the number of bytes it received.
struct CountingEndpoint: Endpoint {
    var accepts: Acceptance { .posts }

    func answer(_ request: Request, _ reply: Reply) {
        reply.send(.text(.ok, "\(request.body.count)"))
    }
}

/// Answers with more bytes than sockets and buffers hold.
struct LargeEndpoint: Endpoint {
    let size: Int
    var accepts: Acceptance { .posts }

    func answer(_ request: Request, _ reply: Reply) {
        reply.send(Response(.ok, .text, Array(repeating: 0x78, count: size)))
    }
}

/// Answers after a while, or never; remembers how many it was asked for.
final class SlowEndpoint: Endpoint {
    private let delay: TimeAmount?
    private let patience: TimeAmount
    private let asked = Atomic(0)

    init(delay: TimeAmount?, patience: TimeAmount = .seconds(1)) {
        self.delay = delay
        self.patience = patience
    }

    var accepts: Acceptance { .posts }
    var count: Int { asked.load(ordering: .relaxed) }

    func answer(_ request: Request, _ reply: Reply) {
        asked.add(1, ordering: .relaxed)
        reply.expect(
            by: request.received + patience, ticket: Ticket(uid: "ticket", recordID: "record", stage: .deciding))
        guard let delay else { return }
        let number = String(decoding: request.body, as: UTF8.self)
        reply.eventLoop.assumeIsolated().scheduleTask(in: delay) { reply.send(.text(.ok, number)) }
    }

    func answerTooLate(_ ticket: Ticket?) -> Response {
        .text(.ok, "late \(ticket?.uid ?? "")")
    }
}

/// Answers when it is told to.
final class HeldEndpoint: Endpoint {
    private let waiting = Mutex<[NIOLoopBound<Reply>]>([])

    var accepts: Acceptance { .posts }
    var count: Int { waiting.withLock { $0.count } }

    func answer(_ request: Request, _ reply: Reply) {
        reply.expect(
            by: request.received + .minutes(5), ticket: Ticket(uid: "held", recordID: "record", stage: .deciding))
        waiting.withLock { $0.append(NIOLoopBound(reply, eventLoop: reply.eventLoop)) }
    }

    func release() {
        let replies = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for reply in replies {
            reply.eventLoop.execute { reply.value.send(.text(.ok, "released")) }
        }
    }
}

/// A server with one endpoint at `/validate`, for the time of `body`.
func withServer(
    _ endpoint: any Endpoint = CountingEndpoint(), clientAuthorities: [UInt8]? = nil,
    readiness: [ReadinessCheck] = [], limits configure: (inout ServerLimits) -> Void = { _ in },
    clock: @escaping @Sendable () -> Instant = { GateFixture.now }, _ body: (Server, Int) async throws -> Void
) async throws {
    var limits = ServerLimits()
    configure(&limits)
    let certificates = try TestCertificates.shared.get()
    let certificate = try ServingCertificate(
        certificateChain: certificates.server.certificatePEM, privateKey: certificates.server.key.privateKeyPEM,
        clientAuthorities: clientAuthorities)
    let server = Server(
        host: "127.0.0.1", port: 0, certificate: certificate, routes: [Route("/validate", endpoint)],
        readiness: readiness, limits: limits, clock: clock)
    let port = try await server.start(threads: 2)
    do {
        try await body(server, port)
    } catch {
        await server.shutdown(within: .zero)
        throw error
    }
    await server.shutdown(within: .zero)
}

/// The bytes of a `POST /validate`.
func post(_ body: String, to target: String = "/validate", _ fields: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: dockgate.svc\r\nContent-Type: application/json\r\n\(fields)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

func get(_ target: String, method: String = "GET") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: dockgate.svc\r\n\r\n"
}
