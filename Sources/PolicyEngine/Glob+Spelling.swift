import OCI

/// Whether a piece of a pattern can fit anything: with a letter in place of each wildcard, which goes with whatever
/// stands beside it, it must be what references are made of. A pattern that fits nothing would load and do nothing.
extension Glob {
    /// No repository's path is longer than 255 bytes (distribution/reference).
    var canBePathComponent: Bool {
        let example = isLiteral ? pattern : Array(filled("x").utf8)
        return example.count <= 255 && ReferenceGrammar.isPathComponent(example[...])
    }

    var canBeTag: Bool { ReferenceGrammar.isTag((isLiteral ? pattern : Array(filled("x").utf8))[...]) }

    /// The pattern with text in place of its wildcards; other text, if given, for those that follow a letter or a digit.
    func filled(_ text: String, afterWord: String? = nil) -> String {
        var result: [UInt8] = []
        var previous: UInt8 = 0
        for byte in pattern {
            if byte == UInt8(ascii: "*") {
                result += (previous.isLetterOrDigit ? afterWord ?? text : text).utf8
            } else {
                result.append(byte)
            }
            previous = byte
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a wildcard stands right after a letter or a digit.
    var endsInWord: Bool {
        zip(pattern, pattern.dropFirst()).contains { $0.isLetterOrDigit && $1 == UInt8(ascii: "*") }
    }

    /// Whether a wildcard stands right after a digit.
    var endsInNumber: Bool {
        zip(pattern, pattern.dropFirst()).contains { (0x30...0x39).contains($0) && $1 == UInt8(ascii: "*") }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
