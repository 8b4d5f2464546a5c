import Logging
import NIOCore
import OCI
import Synchronization

/// What all connections of a server share: its limits, what stands at which path, and the counts that are bounded over
/// all of them.
final class ServerState: Sendable {
    let limits: ServerLimits
    let asksForClientCertificates: Bool
    let logger: Logger
    let draining: Draining
    private let routes: [Route]
    private let connections = Atomic(0)
    private let bufferedBytes = Atomic(0)

    init(
        limits: ServerLimits, asksForClientCertificates: Bool, routes: [Route], draining: Draining, logger: Logger
    ) {
        self.limits = limits
        self.asksForClientCertificates = asksForClientCertificates
        self.routes = routes
        self.draining = draining
        self.logger = logger
    }

    /// Paths are compared as they are written: no escapes, no dot segments, no doubled slashes, no absolute form.
    func endpoint(at path: Substring.UTF8View) -> (any Endpoint)? {
        let path = String(Substring(path))
        return routes.first { $0.path.isWritten(like: path) }?.endpoint
    }

    /// Whether there is room for one more connection; if so it is counted.
    func admitConnection() -> Bool {
        let count = connections.add(1, ordering: .relaxed).newValue
        guard count > limits.maximumConnections else { return true }
        connections.subtract(1, ordering: .relaxed)
        return false
    }

    func connectionClosed() {
        connections.subtract(1, ordering: .relaxed)
    }

    /// Whether there is room for that many more bytes of bodies; if so they are counted.
    func reserve(_ count: Int) -> Bool {
        let total = bufferedBytes.add(count, ordering: .relaxed).newValue
        guard total > limits.maximumBufferedBytes else { return true }
        bufferedBytes.subtract(count, ordering: .relaxed)
        return false
    }

    func release(_ count: Int) {
        guard count > 0 else { return }
        bufferedBytes.subtract(count, ordering: .relaxed)
    }
}

/// Whether the server has begun to end.
final class Draining: Sendable {
    private let begun = Atomic(false)

    var hasBegun: Bool { begun.load(ordering: .relaxed) }

    func begin() {
        begun.store(true, ordering: .relaxed)
    }
}
