/// Which characters of a text have to be escaped in JSON as the writer writes it, and how. Texts are valid UTF-8.
enum JSONStringEscaping {
    /// Whether the text is written as it is; if not, it may still be that no character in it needs an escape. Looks at
    /// eight bytes at a time.
    static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = UnsafeRawBufferPointer(text)
        guard text.count >= 8 else { return isPlain(short: text) }
        var index = 0
        while index &+ 8 <= text.count {
            guard isPlain(text.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
            index &+= 8
        }
        // The last eight bytes, of which some were looked at before.
        return index == text.count || isPlain(text.loadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self))
    }

    /// Of the bytes of a short text some are looked at twice.
    private static func isPlain(short text: UnsafeRawBufferPointer) -> Bool {
        switch text.count {
        case 0: return true
        case 1...3:
            let bytes = UInt32(text[0]) << 16 | UInt32(text[text.count / 2]) << 8 | UInt32(text[text.count &- 1])
            return isPlain(UInt64(bytes) | 0x2020_2020_2000_0000)
        default:
            let first = text.loadUnaligned(as: UInt32.self)
            let last = text.loadUnaligned(fromByteOffset: text.count &- 4, as: UInt32.self)
            return isPlain(UInt64(first) << 32 | UInt64(last))
        }
    }

    /// Whether eight bytes are all printable ASCII, without quote and backslash. In each step the highest bit of a byte says
    /// that it is not so. What is carried from there into the bytes above cannot take that back.
    private static func isPlain(_ word: UInt64) -> Bool {
        let belowSpace = ones &* 0x9F &- word
        let delete = word &+ ones
        let special = word | belowSpace | delete | isByte("\"", in: word) | isByte("\\", in: word)
        return special & highestBits == 0
    }

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
