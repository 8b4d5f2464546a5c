import Synchronization

/// Runs one piece of work for each key at a time; whoever asks meanwhile waits for the same result.
///
/// Who waits has a deadline of its own. The work goes on when a waiter leaves, so that what comes late serves the next
/// request; the work must end by itself within a bounded time.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Waited, Never>
        let timer: Task<Void, Never>
    }

    private struct State {
        var flights: [Key: [Int: Waiter]] = [:]
        var nextWaiter = 0
    }

    enum Waited: Sendable {
        case value(Value)
        case deadlinePassed
        /// As many pieces of work as may be are under way.
        case full
    }

    private let state = Mutex(State())
    private let maximumFlights: Int

    init(maximumFlights: Int) {
        self.maximumFlights = maximumFlights
    }

    func value(
        for key: Key, until deadline: ContinuousClock.Instant, from work: @escaping @Sendable () async -> Value
    ) async -> Waited {
        await withCheckedContinuation { continuation in
            switch board(key, continuation, deadline) {
            case .full: continuation.resume(returning: .full)
            case .joined: break
            case .started:
                Task {
                    let value = await work()
                    land(key, with: value)
                }
            }
        }
    }

    private enum Boarding {
        case started, joined, full
    }

    private func board(
        _ key: Key, _ continuation: CheckedContinuation<Waited, Never>, _ deadline: ContinuousClock.Instant
    ) -> Boarding {
        state.withLock { state in
            let isUnderWay = state.flights[key] != nil
            guard isUnderWay || state.flights.count < maximumFlights else { return .full }
            let number = state.nextWaiter
            state.nextWaiter &+= 1
            let timer = Task {
                do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
                leave(key, number)
            }
            state.flights[key, default: [:]][number] = Waiter(continuation: continuation, timer: timer)
            return isUnderWay ? .joined : .started
        }
    }

    private func land(_ key: Key, with value: Value) {
        let waiters = state.withLock { $0.flights.removeValue(forKey: key) } ?? [:]
        for waiter in waiters.values {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: .value(value))
        }
    }

    private func leave(_ key: Key, _ number: Int) {
        let waiter = state.withLock { $0.flights[key]?.removeValue(forKey: number) }
        waiter?.continuation.resume(returning: .deadlinePassed)
    }
}
