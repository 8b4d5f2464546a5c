/// When to ask again after a failure that may pass, and when to give up.
struct RetryPlan {
    private let maximumRetries: Int
    private let firstPause: Duration
    private let deadline: ContinuousClock.Instant
    private let jitter: @Sendable () -> Double
    private var retries = 0
    private var hasWaitedForLimit = false

    /// The pause doubles with each try; `jitter`, which gives numbers from 0 up to 1, takes up to half away or adds it.
    /// Without retries nothing is waited for either.
    init(
        retries: Int, firstPause: Duration, deadline: ContinuousClock.Instant,
        jitter: @escaping @Sendable () -> Double
    ) {
        maximumRetries = retries
        self.firstPause = firstPause
        self.deadline = deadline
        self.jitter = jitter
    }

    /// Sleeps before the next try after a failure of the host; false if there is none left or the pause does not fit the
    /// deadline. `retryAfter` is what the host asked for.
    mutating func pauseAfterFailure(retryAfter: Duration? = nil) async -> Bool {
        guard retries < maximumRetries else { return false }
        let pause = firstPause * Double(1 << retries) * (0.5 + jitter())
        retries += 1
        return await sleep(max(pause, retryAfter ?? .zero))
    }

    /// Sleeps as long as a host that counts our questions asked for: once, and only if it said how long.
    mutating func pauseAfterRateLimit(retryAfter: Duration?) async -> Bool {
        guard retries < maximumRetries, !hasWaitedForLimit, let retryAfter else { return false }
        hasWaitedForLimit = true
        retries += 1
        return await sleep(retryAfter)
    }

    private func sleep(_ pause: Duration) async -> Bool {
        let end = ContinuousClock.now + pause
        guard end < deadline else { return false }
        return (try? await Task.sleep(until: end, clock: .continuous)) != nil
    }
}

extension RetryPlan {
    /// The seconds of a `Retry-After`. A date is not read: it is on the host's clock, and dates are used for pauses longer
    /// than any deadline here.
    static func retryAfter(_ field: String?) -> Duration? {
        guard let field, (1...6).contains(field.utf8.count), field.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            return nil
        }
        return Int(field).map { .seconds($0) }
    }
}
