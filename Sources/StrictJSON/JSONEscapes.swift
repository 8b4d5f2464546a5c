/// What the escapes of a string mean (RFC 8259 section 7).
enum JSONEscapes {
    /// Appends the text of a string that was checked before, its escapes resolved.
    static func resolve(_ source: Span<UInt8>, _ range: Range<Int>, into text: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            guard source[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
                text.append(source[index])
                index += 1
                continue
            }
            if let byte = meaning(of: source[index + 1]) {
                text.append(byte)
                index += 2
                continue
            }
            var scalar = UInt32(codeUnit(source, at: index) ?? 0xFFFD)
            index += 6
            if (0xD800..<0xDC00).contains(scalar), let low = codeUnit(source, at: index) {
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (UInt32(low) & 0x3FF)
                index += 6
            }
            text.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
        }
    }

    /// The byte that a backslash and this byte stand for; nil for `u` and for what is no escape.
    static func meaning(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The UTF-16 code unit of the `\uXXXX` that begins at `index`; nil if there is none.
    static func codeUnit(_ source: Span<UInt8>, at index: Int) -> UInt16? {
        guard index + 6 <= source.count, source[index] == UInt8(ascii: "\\"), source[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            let digit = source[index + offset]
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }
}
