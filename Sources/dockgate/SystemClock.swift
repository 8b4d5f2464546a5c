import Glibc
import Timestamp

/// The wall clock. It is read here, and handed down from here.
enum SystemClock {
    @Sendable static func now() -> Instant {
        // The members of `timespec` belong to whichever of two modules the compiler has met it in first, and in an
        // optimised build that need not be the one that is imported here. So they are read as what they are.
        var time = (seconds: 0, nanoseconds: 0)
        let status = withUnsafeMutableBytes(of: &time) { bytes in
            // INVARIANT: on 64-bit Linux a `timespec` is two signed words (POSIX <time.h>: `time_t`, `long`), as these are.
            bytes.baseAddress.map { clock_gettime(CLOCK_REALTIME, $0.assumingMemoryBound(to: timespec.self)) }
        }
        guard status == 0 else { return .earliest }
        return Instant(
            secondsSince1970: Int64(time.seconds), nanoseconds: Int32(truncatingIfNeeded: time.nanoseconds))
    }
}
