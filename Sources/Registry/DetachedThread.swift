import Glibc

/// A thread for work that blocks for seconds: on a shared one it would keep others waiting, the disk's above all.
enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// False if the system has no more threads; then nothing is run.
    static func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(work))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                pthread_detach(pthread_self())
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        if code != 0 { body.release() }
        return code == 0
    }
}
