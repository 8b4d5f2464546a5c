/// Tag resolution of YAML 1.2 section 10.3.2, with one exception: `0777` is text. YAML 1.1 readers take it for 511 and
/// 1.2 readers for 777, so a number with a leading zero has no meaning that its author and its reader share.
enum CoreSchema {
    /// What a plain scalar without tag is.
    static func resolve(_ text: String) -> YAMLScalar.Resolved {
        // Nearly all texts are told apart by their first letter.
        if let first = text.utf8.first, !mayBegin(first) { return .string }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: break
        }
        let bytes = Array(text.utf8)
        return integer(bytes) ?? float(bytes, text) ?? .string
    }

    private static func mayBegin(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "~nNtTfF.+-".utf8.contains(byte)
        }
    }

    private static func integer(_ bytes: [UInt8]) -> YAMLScalar.Resolved? {
        if bytes.starts(with: Array("0o".utf8)) { return digits(bytes.dropFirst(2), radix: 8) }
        if bytes.starts(with: Array("0x".utf8)) { return digits(bytes.dropFirst(2), radix: 16) }
        let isSigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
        let unsigned = isSigned ? bytes.dropFirst() : bytes[...]
        guard !hasLeadingZero(unsigned), digits(unsigned, radix: 10) != nil else { return nil }
        return .integer(Int(String(decoding: bytes, as: UTF8.self), radix: 10))
    }

    /// Nil unless all bytes are digits of that radix and there is one at least.
    private static func digits(_ bytes: ArraySlice<UInt8>, radix: Int) -> YAMLScalar.Resolved? {
        guard !bytes.isEmpty, bytes.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
        return .integer(Int(String(decoding: bytes, as: UTF8.self), radix: radix))
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "7"): true
        case UInt8(ascii: "8")...UInt8(ascii: "9"): radix >= 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): radix == 16
        default: false
        }
    }

    private static func hasLeadingZero(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return false }
        return isDigit(digits[digits.startIndex + 1], radix: 10)
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func float(_ bytes: [UInt8], _ text: String) -> YAMLScalar.Resolved? {
        var rest = bytes[...]
        func takeDigits() -> Int {
            let count = rest.prefix { isDigit($0, radix: 10) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ choices: StaticString) -> Bool {
            guard let first = rest.first, choices.withUTF8Buffer({ $0.contains(first) }) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("+-")
        guard !hasLeadingZero(rest) else { return nil }
        let whole = takeDigits()
        let fraction = take(".") ? takeDigits() : 0
        guard whole + fraction > 0 else { return nil }
        if take("eE") {
            _ = take("+-")
            guard takeDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(text) else { return nil }
        return .float(value)
    }
}
