/// Looks at eight bytes of a text at once, the first byte lowest.
///
/// Each answer has the highest bit set of bytes that have the property. Above the lowest such byte an answer may be
/// wrong, since sums carry and differences borrow from there on: only `trailingZeroBitCount` of it means something.
struct EightBytes {
    private let word: UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    init(littleEndian word: UInt64) {
        self.word = UInt64(littleEndian: word)
    }

    /// What ends a run of characters that mean themselves in a JSON string and need no look at their UTF-8: control
    /// characters, quote, backslash, and every byte that is not ASCII.
    var specialToReader: UInt64 {
        (word | belowSpace | equal(to: UInt8(ascii: "\"")) | equal(to: UInt8(ascii: "\\"))) & EightBytes.highs
    }

    /// What may need an escape: the same, since U+2028 and U+2029 are not ASCII, and DEL.
    var specialToWriter: UInt64 {
        specialToReader | (word &+ EightBytes.ones) & EightBytes.highs
    }

    // Of a byte that is not ASCII, these may say anything.

    private var belowSpace: UInt64 { EightBytes.ones &* 0x9F &- word }

    private func equal(to byte: UInt8) -> UInt64 {
        EightBytes.highs &- (word ^ (EightBytes.ones &* UInt64(byte)))
    }
}
