import Admission
import Audit
import NIOCore

/// Runs completions on an event loop. There is exactly one for each loop, so a batch of completions wakes it once.
final class EventLoopExecutor: CompletionExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func execute(_ work: @escaping @Sendable () -> Void) {
        eventLoop.execute(work)
    }
}

/// What the connections of one event loop share: the requests that wait for an answer, and who they are, for the end.
///
/// INVARIANT: `received`, `unflushed`, `connections` and `emptied` are touched on `eventLoop` only: by handlers of its channels, and by
/// the methods below, which hop there first or run there. Everything else is immutable. So `@unchecked Sendable` is true.
final class EventLoopState: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    /// Nil where one was taken out to be answered.
    private var received: [ReceivedRequest?] = []
    private var unflushed: [ConnectionHandler] = []
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var emptied: EventLoopPromise<Void>?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = EventLoopExecutor(eventLoop)
    }

    private struct ReceivedRequest {
        let endpoint: any Endpoint
        let request: Request
        let reply: Reply
    }

    /// Has the request answered when all have been received that are ready now. The code for TLS and HTTP and the code
    /// that decides do not fit the processor's caches together: to go through each for many requests at once, instead of
    /// through both for every one, saves a tenth of the time of a warm decision.
    func answer(_ request: Request, by endpoint: any Endpoint, _ reply: Reply) {
        received.append(ReceivedRequest(endpoint: endpoint, request: request, reply: reply))
        guard received.count == 1 else { return }
        eventLoop.execute { self.answerReceived() }
    }

    private func answerReceived() {
        // An endpoint that answers at once makes way for the next request of its connection, which may be here already:
        // it is answered in this turn as well, or in the next.
        let count = received.count
        for index in 0..<count {
            guard let next = received[index].take() else { continue }
            next.endpoint.answer(next.request, next.reply)
        }
        received.removeFirst(count)
        if !received.isEmpty { eventLoop.execute { self.answerReceived() } }
    }

    /// Has what the connection has written go out, when all has been written that is ready now; for the same reason.
    func flushSoon(_ connection: ConnectionHandler) {
        unflushed.append(connection)
        guard unflushed.count == 1 else { return }
        eventLoop.execute { self.flush() }
    }

    private func flush() {
        let connections = unflushed
        unflushed = []
        for connection in connections { connection.flush() }
    }

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        if emptied != nil { connection.drain() }
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { emptied?.succeed() }
    }

    /// Lets every connection finish what it has begun. The future is there when the last one is closed.
    func drain() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        eventLoop.execute {
            guard self.emptied == nil else { return promise.completeWith(self.eventLoop.makeSucceededVoidFuture()) }
            self.emptied = promise
            // A connection that closes at once leaves the dictionary while we go through it.
            for connection in Array(self.connections.values) { connection.drain() }
            if self.connections.isEmpty { promise.succeed() }
        }
        return promise.futureResult
    }

    /// Closes what is still open, whatever it is doing.
    func closeAll() {
        eventLoop.execute {
            for connection in Array(self.connections.values) { connection.abort() }
        }
    }
}
