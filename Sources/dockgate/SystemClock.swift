import Glibc
import Timestamp

/// The wall clock. It is read here, and handed down from here.
enum SystemClock {
    @Sendable static func now() -> Instant {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return .earliest }
        return Instant(secondsSince1970: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
    }
}
