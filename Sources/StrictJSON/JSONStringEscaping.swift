/// Which characters of a text have to be escaped in JSON as the writer writes it, and how. Texts are valid UTF-8.
enum JSONStringEscaping {
    /// The first byte at or after `start` that may need an escape, looked for in eight bytes at a time.
    static func endOfPlainRun(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let raw = UnsafeRawBufferPointer(text)
        while index &+ 8 <= text.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let special = EightBytes(littleEndian: word).specialToWriter
            guard special == 0 else { return index &+ special.trailingZeroBitCount / 8 }
            index &+= 8
        }
        if text.count >= 8, index < text.count {
            // The last eight bytes, of which some were looked at before and are plain.
            index = text.count &- 8
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let special = EightBytes(littleEndian: word).specialToWriter
            return special == 0 ? text.count : index &+ special.trailingZeroBitCount / 8
        }
        while index < text.count, escapedLength(text, at: index) == 0 { index &+= 1 }
        return index
    }

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
