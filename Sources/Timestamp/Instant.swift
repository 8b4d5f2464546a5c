/// A moment on the UTC time line, to the nanosecond.
///
/// There is no clock here: whoever judges is told what time it is. `Instant` is a pair of integers, so a value read
/// from a document prints back without the rounding that a floating-point date brings.
public struct Instant: Hashable, Comparable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
    public let seconds: Int64
    /// The part within the second, `0 ..< 1_000_000_000`.
    public let nanoseconds: Int32

    /// The earliest and latest moments that RFC 3339 can write: years 0000 to 9999.
    public static let earliest = Instant(clampedSeconds: -62_167_219_200, nanoseconds: 0)
    public static let latest = Instant(clampedSeconds: 253_402_300_799, nanoseconds: 999_999_999)

    /// Clamps to `earliest ... latest`, so arithmetic on an `Instant` never overflows.
    public init(secondsSince1970 seconds: Int64, nanoseconds: Int32 = 0) {
        let nanoseconds = min(max(nanoseconds, 0), 999_999_999)
        if seconds < Instant.earliest.seconds {
            self = .earliest
        } else if seconds > Instant.latest.seconds {
            self = .latest
        } else {
            self.init(clampedSeconds: seconds, nanoseconds: nanoseconds)
        }
    }

    private init(clampedSeconds seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The moment `duration` later, clamped to what RFC 3339 can write.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (wholeSeconds, attoseconds) = duration.components
        var (seconds, overflow) = instant.seconds.addingReportingOverflow(wholeSeconds)
        if overflow { return wholeSeconds > 0 ? .latest : .earliest }
        var nanoseconds = Int64(instant.nanoseconds) + attoseconds / 1_000_000_000
        if nanoseconds < 0 {
            nanoseconds += 1_000_000_000
            (seconds, overflow) = seconds.subtractingReportingOverflow(1)
        } else if nanoseconds >= 1_000_000_000 {
            nanoseconds -= 1_000_000_000
            (seconds, overflow) = seconds.addingReportingOverflow(1)
        }
        if overflow { return wholeSeconds > 0 ? .latest : .earliest }
        return Instant(secondsSince1970: seconds, nanoseconds: Int32(nanoseconds))
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        instant + (.zero - duration)
    }

    /// The time from `earlier` to `later`, negative if they are the other way round.
    public static func - (later: Instant, earlier: Instant) -> Duration {
        .seconds(later.seconds - earlier.seconds) + .nanoseconds(Int64(later.nanoseconds) - Int64(earlier.nanoseconds))
    }
}
