import Cryptography
import Synchronization
public import Timestamp

/// The name of a record: a ULID, 48 bits of milliseconds and 80 random bits in Crockford's base 32, so that names sort by
/// time and can be read out loud.
public enum RecordID {
    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    /// A new name for a record of that time.
    @Sendable public static func make(at time: Instant) -> String {
        make(at: time, random: pool.withLock { $0.next(10) })
    }

    private static let pool = Mutex(RandomPool())

    /// Random bytes drawn in blocks: a draw of ten bytes costs as much as one of a thousand. Names are unique, not secret.
    private struct RandomPool {
        private var bytes: ArraySlice<UInt8> = []

        mutating func next(_ count: Int) -> [UInt8] {
            if bytes.count < count { bytes = SecureRandom.bytes(1_000)[...] }
            defer { bytes = bytes.dropFirst(count) }
            return Array(bytes.prefix(count))
        }
    }

    /// The name that those ten random bytes give.
    static func make(at time: Instant, random: [UInt8]) -> String {
        let milliseconds = UInt64(max(0, time.seconds)) &* 1_000 &+ UInt64(time.nanoseconds / 1_000_000)
        return String(unsafeUninitializedCapacity: 26) { text in
            var count = 0
            func append(_ value: UInt64) {
                text[count] = alphabet.utf8Start[Int(value & 0x1F)]
                count += 1
            }
            for shift in stride(from: UInt64(45), through: 0, by: -5) { append(milliseconds >> shift) }
            var bits: UInt64 = 0
            var bitCount: UInt64 = 0
            for byte in random.prefix(10) {
                bits = bits << 8 | UInt64(byte)
                bitCount += 8
                while bitCount >= 5 {
                    bitCount -= 5
                    append(bits >> bitCount)
                }
            }
            return count
        }
    }
}
