import Glibc

/// A thread of its own, for work that blocks on the disk.
final class PosixThread: Sendable {
    private let handle: Monitor<pthread_t?>

    /// Nil if the system has no more threads.
    init?(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                PosixThread.blockSignals()
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            return nil
        }
        handle = Monitor(thread)
    }

    /// Waits until the body has returned. Whoever comes second does not wait, and is told false.
    func join() -> Bool {
        guard let thread = handle.withLock({ handle in handle.take() }) else { return false }
        return pthread_join(thread, nil) == 0
    }

    /// Signals are for the threads that handle them: here they would only interrupt writes.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
