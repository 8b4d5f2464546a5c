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

/// What the connections of one event loop share: who they are, for the end.
///
/// INVARIANT: `connections`, `emptied` and `isDraining` are touched on `eventLoop` only: by handlers of its channels, and
/// by the methods below, which hop there first. Everything else is immutable. So `@unchecked Sendable` is true.
final class EventLoopState: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: EventLoopExecutor
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var emptied: EventLoopPromise<Void>?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = EventLoopExecutor(eventLoop)
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
