/// Writes JSON without spaces, in the order in which it is called. Commas are its own business; that brackets pair and
/// that keys precede values in objects is the caller's.
///
/// Escaped are quotes, backslashes, control characters and DEL, and U+2028 and U+2029, which end a line in JavaScript.
/// There is no way to write a floating-point number.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Whether a value precedes at this level.
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Opens an object; keys and values follow in turn until `endObject`.
    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    /// Opens an array; values follow until `endArray`.
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The key of the value that is written next. Whether it was written before is not looked at.
    public mutating func key(_ key: StaticString) {
        separate()
        key.withUTF8Buffer { appendString($0) }
        endKey()
    }

    /// The key of the value that is written next, made at run time.
    public mutating func key(_ key: String) {
        string(key)
        endKey()
    }

    /// A string, escaped.
    public mutating func string(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { appendString($0) }
        needsComma = true
    }

    /// Bytes that are not UTF-8 are replaced by U+FFFD.
    public mutating func string(utf8 text: some Sequence<UInt8>) {
        string(String(decoding: Array(text), as: UTF8.self))
    }

    /// A number in decimal digits.
    public mutating func integer(_ value: Int) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
        needsComma = true
    }

    /// `true` or `false`.
    public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }
    /// `null`.
    public mutating func null() { literal("null") }

    /// A value that is JSON already. It is not looked at.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A key and a string.
    public mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    /// A key and a number.
    public mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        integer(value)
    }

    /// A key and `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }
}

// MARK: - Punctuation

extension JSONWriter {
    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func endKey() {
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }
}

// MARK: - Strings

extension JSONWriter {
    /// `text` is valid UTF-8: it is the storage of a string. What needs no escape is copied in whole runs.
    private mutating func appendString(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var runStart = 0
        var index = JSONWriter.endOfPlainRun(text, from: 0)
        while index < text.count {
            let length = JSONWriter.escapedLength(text, at: index)
            if length > 0 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
                appendEscape(text, at: index, length: length)
                runStart = index + length
            }
            index = JSONWriter.endOfPlainRun(text, from: index + max(length, 1))
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The first byte at or after `start` that may need an escape, looked for in eight bytes at a time.
    private static func endOfPlainRun(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let raw = UnsafeRawBufferPointer(text)
        while index &+ 8 <= text.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let special = EightBytes(littleEndian: word).specialToWriter
            guard special == 0 else { return index &+ special.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < text.count, escapedLength(text, at: index) == 0 { index &+= 1 }
        return index
    }

    /// How many bytes at `index` are one character that must be escaped; 0 if none is.
    private static func escapedLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch text[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: 1
        case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8: 3
        default: 0
        }
    }

    private mutating func appendEscape(_ text: UnsafeBufferPointer<UInt8>, at index: Int, length: Int) {
        bytes.append(UInt8(ascii: "\\"))
        guard length == 1 else {
            bytes.append(contentsOf: text[index + 2] == 0xA8 ? "u2028".utf8 : "u2029".utf8)
            return
        }
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 0xF] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
