/// The path of a value as errors print it: `$.spec.containers[0]["odd key"]`.
struct JSONPath {
    var text = "$"

    /// No message needs more of a key to recognise it.
    private static let longestKey = 128

    mutating func append(index: Int) {
        text += "[\(index)]"
    }

    mutating func append(key: [UInt8]) {
        guard !JSONPath.isIdentifier(key) else {
            text += "." + String(decoding: key, as: UTF8.self)
            return
        }
        text += "[\""
        for scalar in String(decoding: key.prefix(JSONPath.longestKey), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\" + String(scalar)
            case " "..."~": text.unicodeScalars.append(scalar)
            default: text += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        text += key.count > JSONPath.longestKey ? "...\"]" : "\"]"
    }

    /// Letters, digits and `_`, not beginning with a digit.
    private static func isIdentifier(_ key: [UInt8]) -> Bool {
        guard let first = key.first, key.count <= longestKey, !isDigit(first) else { return false }
        return key.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
