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
        var flightsOfGroup: [String: Int] = [:]
        var nextWaiter = 0
    }

    enum Waited: Sendable {
        case value(Value)
        case deadlinePassed
        /// As many pieces of work as may be are under way, in all or for this group.
        case full
    }

    private let state = Mutex(State())
    private let maximumFlights: Int
    private let maximumOfGroup: Int
    private let group: @Sendable (Key) -> String

    /// - Parameters:
    ///   - maximumOfGroup: how much of it one group may have; the rest is left for others.
    ///   - group: what a key belongs to: the registry that has to answer.
    init(maximumFlights: Int, maximumOfGroup: Int, group: @escaping @Sendable (Key) -> String) {
        self.maximumFlights = maximumFlights
        self.maximumOfGroup = maximumOfGroup
        self.group = group
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
        let group = group(key)
        return state.withLock { state in
            let isUnderWay = state.flights[key] != nil
            if !isUnderWay {
                let ofGroup = state.flightsOfGroup[group, default: 0]
                guard state.flights.count < maximumFlights, ofGroup < maximumOfGroup else { return .full }
                state.flightsOfGroup[group] = ofGroup + 1
            }
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
        let group = group(key)
        let waiters = state.withLock { state in
            let ofGroup = state.flightsOfGroup[group, default: 1] - 1
            state.flightsOfGroup[group] = ofGroup > 0 ? ofGroup : nil
            return state.flights.removeValue(forKey: key) ?? [:]
        }
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
