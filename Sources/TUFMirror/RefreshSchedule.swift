import Timestamp

/// When a mirror is asked again.
enum RefreshSchedule {
    /// Sigstore's own timestamp lives for a week and is renewed every few days; what is revoked counts no longer than this
    /// after it was published.
    static let period = Duration.seconds(3600)
    /// After a failure: mirrors are web servers, which mostly are back soon.
    static let firstPause = Duration.seconds(10)
    /// It doubles with each failure in a row, up to this.
    static let longestPause = Duration.seconds(600)

    static func next(after failures: Int, at now: Instant) -> Instant {
        guard failures > 0 else { return now + period }
        // Beyond six doublings it is the longest anyway.
        let pause = firstPause * (1 << min(failures - 1, 6))
        return now + min(pause, longestPause)
    }

    /// Whether that time has come. A clock that was set back does not put it off for longer than a period.
    static func isDue(_ next: Instant, at now: Instant) -> Bool { next <= now || next > now + period }
}
