import Synchronization

/// Lets so many requests go to a host at a time, first come, first served.
final class HostSlots: Sendable {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Admission, Never>
    }

    private struct Host {
        var inUse = 0
        var waiting: [Waiter] = []
    }

    private struct State {
        var hosts: [String: Host] = [:]
        var lastNumber: UInt64 = 0
    }

    enum Admission: Sendable {
        case admitted
        /// Too many wait already.
        case full
        /// The task was cancelled while it waited.
        case cancelled
    }

    private let state = Mutex(State())
    private let width: Int
    private let waiting: Int

    init(width: Int, waiting: Int) {
        self.width = max(1, width)
        self.waiting = max(0, waiting)
    }

    /// After `.admitted`, and only then, `leave` must be called.
    func enter(_ host: String) async -> Admission {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = admit(host, Waiter(number: number, continuation: continuation))
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            giveUp(host, number)
        }
    }

    func leave(_ host: String) {
        let next = state.withLock { state -> Waiter? in
            guard var entry = state.hosts[host] else { return nil }
            defer { state.hosts[host] = entry.inUse == 0 && entry.waiting.isEmpty ? nil : entry }
            guard entry.waiting.isEmpty else { return entry.waiting.removeFirst() }
            entry.inUse -= 1
            return nil
        }
        next?.continuation.resume(returning: .admitted)
    }

    /// Nil if the waiter was queued.
    private func admit(_ host: String, _ waiter: Waiter) -> Admission? {
        state.withLock { state in
            // A task that was cancelled before it got here has had its `giveUp` already and would wait for ever.
            guard !Task.isCancelled else { return .cancelled }
            var entry = state.hosts[host] ?? Host()
            guard entry.inUse >= width else {
                entry.inUse += 1
                state.hosts[host] = entry
                return .admitted
            }
            guard entry.waiting.count < waiting else { return .full }
            entry.waiting.append(waiter)
            state.hosts[host] = entry
            return nil
        }
    }

    private func giveUp(_ host: String, _ number: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.hosts[host]?.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.hosts[host]?.waiting.remove(at: index)
        }
        waiter?.continuation.resume(returning: .cancelled)
    }
}
