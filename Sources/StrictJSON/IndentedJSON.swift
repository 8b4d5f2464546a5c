extension JSONWriter {
    /// What was written, for people: a line for each member and each element, two blanks deeper than what holds them, and a
    /// line end behind the last. It stands for the same value.
    public var indentedBytes: [UInt8] {
        var result: [UInt8] = []
        var depth = 0
        var isString = false
        var isEscaped = false
        var previous: UInt8 = 0
        func breakLine() { result += [UInt8(ascii: "\n")] + [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth) }
        for byte in bytes {
            if isString {
                result.append(byte)
                isString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                previous = byte
                continue
            }
            switch byte {
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if previous != UInt8(ascii: "{"), previous != UInt8(ascii: "[") { breakLine() }
            case _ where previous == UInt8(ascii: "{") || previous == UInt8(ascii: "["): breakLine()
            default: break
            }
            result.append(byte)
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","): breakLine()
            case UInt8(ascii: ":"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "\""): isString = true
            default: break
            }
            previous = byte
        }
        return result + [UInt8(ascii: "\n")]
    }
}
