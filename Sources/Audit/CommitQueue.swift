import Glibc

/// The records that wait for the log's thread, and what is known of the disk. Event loops put in, one thread takes out.
final class CommitQueue: Sendable {
    enum Condition: Hashable, Sendable {
        case working
        /// The last write failed; the next may succeed.
        case failing(String)
        /// Nothing can be written until the process starts anew.
        case stopped(String)
    }

    enum Work {
        /// The records are in the array that was handed in.
        case commit
        /// Nothing waits, and somebody wants to know whether the disk takes writes again.
        case probe
        case finish
    }

    private struct State: Sendable {
        var pending: [PendingRecord] = []
        var pendingBytes = 0
        var condition = Condition.working
        var head: AuditPosition?
        var isClosing = false
        var isThreadWaiting = false
        var isProbeWanted = false
        /// When the commit began that is under way, in nanoseconds of the monotonic clock.
        var commitBegan: UInt64?
        /// Whether that commit is of several records.
        var isGroup = false
        /// How long to wait for more records before the next commit, in nanoseconds.
        var gatheringTime: UInt64 = 0
    }

    private let limits: AuditLimits
    private let longestCommit: UInt64
    private let monitor: Monitor<State>

    init(_ limits: AuditLimits, head: AuditPosition?) {
        self.limits = limits
        let (seconds, attoseconds) = limits.commitDuration.components
        longestCommit = UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
        var state = State()
        state.head = head
        monitor = Monitor(state)
    }

    var head: AuditPosition? { monitor.withLock { $0.head } }

    /// Takes the record, or says why it is refused.
    ///
    /// The thread is woken by the record's own executor: an event loop gets to it when it has gone through what is
    /// ready, so the records of one turn are woken for, and synchronized, together.
    func add(_ record: PendingRecord) -> AuditError? {
        var isThreadWaiting = false
        let refusal: AuditError? = monitor.withLock { state in
            if let refusal = self.refusal(of: record.body.bytes.count, state) { return refusal }
            state.pending.append(record)
            state.pendingBytes += record.body.bytes.count
            isThreadWaiting = state.isThreadWaiting
            state.isThreadWaiting = false
            return nil
        }
        if isThreadWaiting { record.executor.execute { [monitor] in monitor.wake() } }
        return refusal
    }

    /// Whether records are being accepted. After a failed write it asks the thread to try the disk, so that the next
    /// question gets a fresh answer.
    var isHealthy: Bool {
        var isThreadWaiting = false
        let isHealthy = monitor.withLock { state in
            if case .failing = state.condition, !state.isProbeWanted {
                state.isProbeWanted = true
                isThreadWaiting = state.isThreadWaiting
                state.isThreadWaiting = false
            }
            return state.condition == .working && !state.isClosing && !self.isHanging(state)
        }
        if isThreadWaiting { monitor.wake() }
        return isHealthy
    }

    /// What is queued is still committed; nothing more is taken.
    func close() {
        monitor.withLock { state in state.isClosing = true }
        monitor.wake()
    }

    // For the log's thread

    /// Waits for work. `records` must be empty; its memory becomes the queue's.
    func take(into records: inout [PendingRecord]) -> Work {
        gather(for: waitForWork())
        return monitor.withLock { state in
            guard !state.pending.isEmpty else {
                if state.isClosing { return .finish }
                state.isGroup = false
                state.commitBegan = monotonicNanoseconds()
                return .probe
            }
            swap(&state.pending, &records)
            state.pendingBytes = 0
            state.isGroup = records.count > 1
            state.commitBegan = monotonicNanoseconds()
            return .commit
        }
    }

    /// Answers how long to wait for more of it.
    private func waitForWork() -> UInt64 {
        monitor.wait { state in
            guard state.pending.isEmpty, !state.isClosing, !state.isProbeWanted else {
                return state.isClosing ? 0 : state.gatheringTime
            }
            state.isThreadWaiting = true
            return nil
        }
    }

    /// A synchronization costs as much for fifty records as for one, so under load it is worth a moment to let those come
    /// that are on their way; at the least, whoever is about to add one goes first where cores are scarce.
    private func gather(for nanoseconds: UInt64) {
        guard nanoseconds > 0 else {
            sched_yield()
            return
        }
        var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
        nanosleep(&time, nil)
    }

    /// After a commit of several records the next one waits for as long as it took, and never longer than this: a caller
    /// waits for the commit itself anyway.
    private static let longestGathering: UInt64 = 4_000_000

    /// A commit or a probe has ended. Nil if it did not touch the disk.
    func report(_ condition: Condition?, head: AuditPosition?) {
        monitor.withLock { state in
            state.condition = condition ?? state.condition
            state.head = head
            if let began = state.commitBegan, state.isGroup {
                state.gatheringTime = min(monotonicNanoseconds() &- began, CommitQueue.longestGathering)
            } else {
                state.gatheringTime = 0
            }
            state.commitBegan = nil
            state.isProbeWanted = false
        }
    }

    private func refusal(of bytes: Int, _ state: borrowing State) -> AuditError? {
        if state.isClosing { return .closed }
        if case .stopped(let reason) = state.condition { return .unavailable(reason) }
        if isHanging(state) {
            return .unavailable("the disk has not taken the last records within \(limits.commitDuration)")
        }
        guard state.pending.count < limits.queuedRecords, state.pendingBytes + bytes <= limits.queuedBytes
        else { return .overloaded }
        return nil
    }

    private func isHanging(_ state: borrowing State) -> Bool {
        guard let began = state.commitBegan else { return false }
        return monotonicNanoseconds() &- began > longestCommit
    }
}

private func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(clamping: now.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: now.tv_nsec)
}
