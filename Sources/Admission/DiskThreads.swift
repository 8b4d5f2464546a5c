import Dispatch

/// Where work runs that waits for the disk. The threads that run tasks are as few as the processors: a disk that hangs
/// would stop them all, and with them the timers that keep deadlines.
struct DiskThreads: Sendable {
    private let queue = DispatchQueue(label: "dockgate.disk", attributes: .concurrent)

    func start(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: work()) }
        }
    }
}
