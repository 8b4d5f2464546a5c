import NIOCore

/// When an exchange is over at the latest, and who says so.
struct TimeBound: Sendable {
    let instant: ContinuousClock.Instant
    private let isCallersDeadline: Bool
    private let total: Duration

    /// The earlier of our own bound and the caller's deadline.
    init(total: Duration, deadline: ContinuousClock.Instant) {
        let own = ContinuousClock.now + total
        isCallersDeadline = deadline < own
        instant = min(deadline, own)
        self.total = total
    }

    func error(host: String) -> OutboundError {
        isCallersDeadline ? .deadlineExceeded(host: host) : .timedOut(host: host, phase: .total, after: total)
    }

    /// Runs `work`, and gives it up when the time is over. `work` must end soon after it is cancelled.
    func limit<Value: Sendable>(
        host: String, _ work: @escaping @Sendable () async -> Result<Value, OutboundError>
    ) async throws(OutboundError) -> Value {
        let result = await withTaskGroup(of: Result<Value, OutboundError>?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await Task.sleep(until: instant, clock: .continuous)
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first.flatMap { $0 }
        }
        guard let result else { throw Task.isCancelled ? .cancelled(host: host) : error(host: host) }
        return try result.get()
    }
}

extension NIODeadline {
    /// The same moment on NIO's clock; both are monotonic.
    init(_ instant: ContinuousClock.Instant) {
        self = .now() + TimeAmount(instant - .now)
    }
}
