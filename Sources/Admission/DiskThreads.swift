import Dispatch
import Synchronization

/// Where work runs that waits for the disk. The threads that run tasks are as few as the processors: a disk that hangs
/// would stop them all, and with them the timers that keep deadlines.
///
/// There are a few threads and so many places to wait for them. A disk that hangs takes these and nothing more.
final class DiskThreads: Sendable {
    /// A disk does not get faster by more.
    private static let threads = 8
    /// Pieces of work under way or waiting. More wait only if the disk hangs, and then refusing is the answer.
    static let maximumPending = 1_024

    private let queues = (0..<DiskThreads.threads).map { DispatchQueue(label: "dockgate.disk.\($0)") }
    private let pending = Atomic(0)
    private let next = Atomic<UInt>(0)

    /// Starts `work`; false if there is no place for it, and then it is not begun.
    func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        guard pending.add(1, ordering: .relaxed).newValue <= DiskThreads.maximumPending else {
            pending.subtract(1, ordering: .relaxed)
            return false
        }
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        queues[Int(turn % UInt(queues.count))].async { [self] in
            work()
            pending.subtract(1, ordering: .relaxed)
        }
        return true
    }

    /// What `work` comes to; nil if there is no place for it.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let isStarted = start { continuation.resume(returning: work()) }
            if !isStarted { continuation.resume(returning: nil) }
        }
    }
}
