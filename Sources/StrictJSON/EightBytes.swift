/// Looks at eight bytes of a text at once, the first byte lowest.
///
/// Each answer has the highest bit set of bytes that have the property. Above the lowest such byte an answer may be
/// wrong, since subtractions borrow from there on: only `trailingZeroBitCount` of it means something.
struct EightBytes {
    private let word: UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    init(littleEndian word: UInt64) {
        self.word = UInt64(littleEndian: word)
    }

    /// What ends a run of characters that mean themselves in a JSON string and need no look at their UTF-8.
    var specialToReader: UInt64 {
        (word | belowSpace | equal(to: UInt8(ascii: "\"")) | equal(to: UInt8(ascii: "\\"))) & EightBytes.highs
    }

    /// What may need an escape: control characters, quote, backslash, DEL, and the first byte of U+2028 and U+2029.
    var specialToWriter: UInt64 {
        (belowSpace | equal(to: UInt8(ascii: "\"")) | equal(to: UInt8(ascii: "\\")) | equal(to: 0x7F) | equal(to: 0xE2))
            & EightBytes.highs
    }

    private var belowSpace: UInt64 { (word &- EightBytes.ones &* 0x20) & ~word }

    private func equal(to byte: UInt8) -> UInt64 {
        let difference = word ^ (EightBytes.ones &* UInt64(byte))
        return (difference &- EightBytes.ones) & ~difference
    }
}
