import NIOCore

/// What answers the requests to one path.
protocol Endpoint: Sendable {
    /// What it expects of a request, checked before the body is read.
    var accepts: Acceptance { get }

    /// Answers, now or later, on the connection's event loop and through `reply`. Must not block.
    func answer(_ request: Request, _ reply: Reply)

    /// The answer for a request whose deadline has passed; `ticket` is what `Reply.expect` was told, if it was called.
    func answerTooLate(_ ticket: Ticket?) -> Response
}

extension Endpoint {
    func answerTooLate(_ ticket: Ticket?) -> Response {
        .text(.serviceUnavailable, "the answer took too long", hint: .retryAfterOneSecond)
    }
}

/// What an endpoint wants to know of a request again, should its answer be late.
struct Ticket: Sendable {
    /// The caller's name for the request.
    let uid: String
    /// The record that the decision will be, if it comes to one.
    let recordID: String
    let stage: Stage

    enum Stage: Sendable {
        case deciding
        /// The decision is made, its record is not durable.
        case recording
    }
}

/// What an endpoint expects of a request.
enum Acceptance: Sendable {
    /// `GET` and `HEAD` without a body; from anyone, since a kubelet that probes has no certificate.
    case probes
    /// `POST` of JSON; with a client certificate, if the listener asks for them.
    case posts

    var allowedMethods: StaticString {
        switch self {
        case .probes: "GET, HEAD"
        case .posts: "POST"
        }
    }
}

/// A request that was received completely.
struct Request {
    let body: [UInt8]
    /// What stands behind the `?` of the target, undecoded.
    let query: Substring.UTF8View?
    /// When its header was complete: the moment from which its caller's patience is counted.
    let received: NIODeadline
}

/// The way back for one request. Used on the event loop of its connection only; only the first answer counts, and one
/// that comes after the connection was closed goes nowhere.
struct Reply {
    private let connection: ConnectionHandler
    private let exchange: Int

    init(to exchange: Int, on connection: ConnectionHandler) {
        self.exchange = exchange
        self.connection = connection
    }

    var eventLoop: any EventLoop { connection.loop.eventLoop }
    /// The one object that stands for this event loop: whoever completes many requests wakes it once.
    var executor: EventLoopExecutor { connection.loop.executor }

    func send(_ response: Response) {
        connection.send(response, for: exchange)
    }

    /// From `deadline` on the endpoint is asked for `answerTooLate(ticket)` instead.
    func expect(by deadline: NIODeadline, ticket: Ticket) {
        connection.expect(by: deadline, ticket: ticket, for: exchange)
    }
}
