/// Which characters of a text have to be escaped in JSON as the writer writes it, and how. Texts are valid UTF-8.
enum JSONStringEscaping {
    /// Copies the text to `target`, where there must be room for it, and says whether that is how it is written. If not, it
    /// may still be that no character in it needs an escape. Sixteen bytes go at a time, of which the last may go twice.
    @inline(always)
    static func copyPlain(_ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Bool {
        let count = text.count
        guard count >= SixteenBytes.count else { return copyPlain(short: text, to: target) }
        var isPlain = true
        var index = 0
        while index < count {
            let bytes = SixteenBytes(text, at: min(index, count &- SixteenBytes.count))
            bytes.store(to: target, at: min(index, count &- SixteenBytes.count))
            isPlain = isPlain && !bytes.haveSpecialToWriter
            index &+= SixteenBytes.count
        }
        return isPlain
    }

    @inline(always)
    private static func copyPlain(short text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Bool {
        let count = text.count
        if count >= 8 {
            let special = copyWord(text, to: target, at: 0) | copyWord(text, to: target, at: count &- 8)
            return special & highestBits == 0
        }
        guard count >= 4 else {
            var special: UInt64 = 0
            for index in 0..<count {
                target.storeBytes(of: text[index], toByteOffset: index, as: UInt8.self)
                special |= marks(0x2020_2020_2020_2000 | UInt64(text[index]))
            }
            return special & highestBits == 0
        }
        let first = text.loadUnaligned(as: UInt32.self)
        let last = text.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
        target.storeBytes(of: first, as: UInt32.self)
        target.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
        return marks(UInt64(first) << 32 | UInt64(last)) & highestBits == 0
    }

    @inline(always)
    private static func copyWord(
        _ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, at index: Int
    ) -> UInt64 {
        let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
        return marks(word)
    }

    /// Has the highest bit of a byte set where eight bytes are not all printable ASCII without quote and backslash. What is
    /// carried from there into the bytes above cannot take that back.
    @inline(always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let belowSpace = ones &* 0x9F &- word
        let delete = word &+ ones
        return word | belowSpace | delete | isByte("\"", in: word) | isByte("\\", in: word)
    }

    @inline(always)
    private static func isByte(_ character: Unicode.Scalar, in word: UInt64) -> UInt64 {
        highestBits &- (word ^ ones &* UInt64(character.value))
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highestBits: UInt64 = 0x8080_8080_8080_8080

    /// How many bytes at `index` are one character that must be escaped; 0 if none is.
    static func escapedLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch text[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: 1
        case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8: 3
        default: 0
        }
    }

    /// What is written for the character of `length` bytes at `index`.
    static func escape(_ text: UnsafeBufferPointer<UInt8>, at index: Int, length: Int) -> [UInt8] {
        guard length == 1 else { return Array((text[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8) }
        switch text[index] {
        case UInt8(ascii: "\""): return Array("\\\"".utf8)
        case UInt8(ascii: "\\"): return Array("\\\\".utf8)
        case 0x0A: return Array("\\n".utf8)
        case 0x0D: return Array("\\r".utf8)
        case 0x09: return Array("\\t".utf8)
        case let byte: return Array("\\u00".utf8) + [hexadecimalDigit(byte >> 4), hexadecimalDigit(byte & 0xF)]
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
