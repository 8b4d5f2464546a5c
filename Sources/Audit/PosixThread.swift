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
                PosixThread.stepBack()
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

    /// Lets threads that compute go first where cores are scarce: it does not push them aside when the disk is done, so
    /// more work has gathered when its turn comes, and a synchronization is shared by more records. Where a core is idle
    /// it changes nothing. That the system may refuse changes nothing either.
    private static func stepBack() {
        var parameters = sched_param()
        _ = sched_setscheduler(0, schedulingBatch, &parameters)
        _ = nice(5)
    }

    /// `SCHED_BATCH` of sched.h, which Swift does not import.
    private static let schedulingBatch: Int32 = 3

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
