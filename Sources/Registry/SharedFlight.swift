import Synchronization

/// Lets many ask for the same thing at the same time, and does the work once.
///
/// The work does not belong to whoever came first: it goes on when that one gives up, for those who still wait.
final class SharedFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var waiting: [Key: [UInt64: CheckedContinuation<Value?, Never>]] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    /// The work's value; nil if the deadline or a cancellation came first. `work` must end in bounded time.
    func value(
        for key: Key, deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.join(key, work) }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first.flatMap { $0 }
        }
    }

    private func join(_ key: Key, _ work: @escaping @Sendable () async -> Value) async -> Value? {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in enter(key, number, continuation, work) }
        } onCancel: {
            let continuation = state.withLock { $0.waiting[key]?.removeValue(forKey: number) }
            continuation?.resume(returning: nil)
        }
    }

    private func enter(
        _ key: Key, _ number: UInt64, _ continuation: CheckedContinuation<Value?, Never>,
        _ work: @escaping @Sendable () async -> Value
    ) {
        let (isCancelled, isFirst) = state.withLock { state -> (Bool, Bool) in
            // Cancelled before it came here: nobody would resume it.
            guard !Task.isCancelled else { return (true, false) }
            let isFirst = state.waiting[key] == nil
            state.waiting[key, default: [:]][number] = continuation
            return (false, isFirst)
        }
        if isCancelled { return continuation.resume(returning: nil) }
        guard isFirst else { return }
        Task {
            let value = await work()
            // The entry stays while the work is on, even if everybody left, so that nobody starts it twice.
            let waiting = state.withLock { $0.waiting.removeValue(forKey: key) }
            for continuation in (waiting ?? [:]).values { continuation.resume(returning: value) }
        }
    }
}
