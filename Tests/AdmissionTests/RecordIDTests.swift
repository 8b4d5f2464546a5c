@testable import Admission
import Testing
import Timestamp

@Suite struct RecordIDTests {
    private let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @Test("a name is 26 letters of Crockford's alphabet, and no two are alike")
    func shape() {
        let now = Instant(secondsSince1970: 1_780_000_000, nanoseconds: 123_000_000)
        let names = (0..<1_000).map { _ in RecordID.make(at: now) }
        #expect(Set(names).count == 1_000)
        for name in names {
            #expect(name.utf8.count == 26)
            #expect(name.allSatisfy(alphabet.contains))
        }
    }

    @Test("names sort by time, to the millisecond, whatever the random part")
    func order() {
        let ones = [UInt8](repeating: 0xFF, count: 10)
        let zeros = [UInt8](repeating: 0, count: 10)
        let times = [
            Instant(secondsSince1970: 0), Instant(secondsSince1970: 0, nanoseconds: 1_000_000),
            Instant(secondsSince1970: 1_780_000_000),
            Instant(secondsSince1970: 1_780_000_000, nanoseconds: 999_000_000),
            Instant(secondsSince1970: 1_780_000_001), .latest,
        ]
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect(RecordID.make(at: earlier, random: ones) < RecordID.make(at: later, random: zeros))
        }
    }

    @Test("the time and the random part are written as the ULID specification has them")
    func encoding() {
        let zeros = [UInt8](repeating: 0, count: 10)
        #expect(RecordID.make(at: Instant(secondsSince1970: 0), random: zeros) == "00000000000000000000000000")
        let ones = [UInt8](repeating: 0xFF, count: 10)
        // 2016-07-30T23:54:10.259Z, the example of the specification.
        let example = Instant(secondsSince1970: 1_469_922_850, nanoseconds: 259_000_000)
        #expect(RecordID.make(at: example, random: ones) == "01ARZ3NDEKZZZZZZZZZZZZZZZZ")
    }

    @Test("a time before 1970 does not trap")
    func early() {
        #expect(RecordID.make(at: .earliest, random: [UInt8](repeating: 1, count: 10)).hasPrefix("0000000000"))
    }
}
