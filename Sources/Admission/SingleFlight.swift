import Synchronization

/// Runs one piece of work for each key at a time; whoever asks meanwhile waits for the same result.
///
/// Who waits has a deadline of its own. The work goes on when a waiter leaves, so that what comes late serves the next
/// request; the work must end by itself within a bounded time.
///
/// Keys belong to groups. A group has only so many places, and what finds none queues behind its own group alone: what is
/// slow for one group takes nothing from another.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Limits: Sendable {
        /// Pieces of work under way at once.
        var flights: Int
        /// Of these, for one group.
        var flightsPerGroup: Int
        /// Pieces of work of one group that wait for a place. They hold no more than the request that waits for them.
        var queuedPerGroup: Int
    }

    enum Waited: Sendable {
        case value(Value)
        case deadlinePassed
        /// As many pieces of work as may be are under way, and as many as may wait for a place do.
        case full
    }

    private typealias Work = @Sendable () async -> Value

    private struct Waiter {
        let continuation: CheckedContinuation<Waited, Never>
        let timer: Task<Void, Never>
    }

    private struct Flight {
        var waiters: [Int: Waiter] = [:]
        /// Nil once it is under way.
        var queuedWork: Work?
    }

    private struct Group {
        var underWay = 0
        /// First come, first served. Every key in it has a waiter.
        var queue: [Key] = []
    }

    private struct State {
        var flights: [Key: Flight] = [:]
        var groups: [String: Group] = [:]
        var underWay = 0
        var nextWaiter = 0
    }

    private let state = Mutex(State())
    private let limits: Limits
    private let group: @Sendable (Key) -> String

    init(limits: Limits, group: @escaping @Sendable (Key) -> String) {
        self.limits = limits
        self.group = group
    }

    func value(
        for key: Key, until deadline: ContinuousClock.Instant, from work: @escaping @Sendable () async -> Value
    ) async -> Waited {
        await withCheckedContinuation { continuation in
            switch board(key, continuation, deadline, work) {
            case .full: continuation.resume(returning: .full)
            case .waiting: break
            case .started: start(key, work)
            }
        }
    }

    private func start(_ key: Key, _ work: @escaping Work) {
        Task {
            let value = await work()
            land(key, with: value)
        }
    }

    private enum Boarding {
        case started, waiting, full
    }

    private func board(
        _ key: Key, _ continuation: CheckedContinuation<Waited, Never>, _ deadline: ContinuousClock.Instant,
        _ work: @escaping Work
    ) -> Boarding {
        state.withLock { state in
            var boarding = Boarding.waiting
            if state.flights[key] == nil {
                boarding = place(key, work, in: &state)
                if case .full = boarding { return .full }
            }
            let number = state.nextWaiter
            state.nextWaiter &+= 1
            let timer = Task {
                do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
                leave(key, number)
            }
            state.flights[key]?.waiters[number] = Waiter(continuation: continuation, timer: timer)
            return boarding
        }
    }

    /// Makes a flight of a key that has none, if there is a place for it or it may wait for one.
    private func place(_ key: Key, _ work: @escaping Work, in state: inout State) -> Boarding {
        let name = group(key)
        var group = state.groups[name] ?? Group()
        defer { if group.underWay > 0 { state.groups[name] = group } }
        if group.underWay < limits.flightsPerGroup {
            guard state.underWay < limits.flights else { return .full }
            group.underWay += 1
            state.underWay += 1
            state.flights[key] = Flight()
            return .started
        }
        guard group.queue.count < limits.queuedPerGroup else { return .full }
        group.queue.append(key)
        state.flights[key] = Flight(queuedWork: work)
        return .waiting
    }

    private func land(_ key: Key, with value: Value) {
        let (waiters, next) = state.withLock { state in
            (state.flights.removeValue(forKey: key)?.waiters ?? [:], handOver(placeOf: key, in: &state))
        }
        if let next { start(next.key, next.work) }
        for waiter in waiters.values {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: .value(value))
        }
    }

    /// Gives a place that became free to the first of the group that waits for one.
    private func handOver(placeOf key: Key, in state: inout State) -> (key: Key, work: Work)? {
        let name = group(key)
        guard var group = state.groups[name] else { return nil }
        defer { state.groups[name] = group.underWay > 0 ? group : nil }
        while let next = group.queue.first {
            group.queue.removeFirst()
            guard let work = state.flights[next]?.queuedWork else { continue }
            state.flights[next]?.queuedWork = nil
            return (next, work)
        }
        group.underWay -= 1
        state.underWay -= 1
        return nil
    }

    /// What nobody waits for any more goes on if it is under way, and is not begun if it queues.
    private func leave(_ key: Key, _ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.flights[key]?.waiters.removeValue(forKey: number) else { return nil }
            if let flight = state.flights[key], flight.queuedWork != nil, flight.waiters.isEmpty {
                state.flights[key] = nil
                state.groups[group(key)]?.queue.removeAll { $0 == key }
            }
            return waiter
        }
        waiter?.continuation.resume(returning: .deadlinePassed)
    }
}
