extension String {
    /// The text with everything escaped that a terminal would act on or that makes it read differently from what it is:
    /// control characters, and what is invisible or changes the direction of text. Image names, paths and messages of
    /// others are hostile.
    ///
    /// So are those to whom the terminal is a build's log: a line that begins with `::` is a command to GitHub's runner,
    /// and `##[…]`, `##vso[…]` and `##teamcity[…]` are commands to it and to others wherever they stand in a line.
    var printable: String {
        escaping { $0 == "\n" ? "\\n" : "\\u{" + String($0.value, radix: 16) + "}" }
    }

    /// The same for a JSON text, which stands for the same value afterwards: such characters are only in its strings.
    var printableJSON: String {
        escaping { scalar in
            String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }.joined()
        }
    }

    /// The text with every `old` replaced, whatever stands behind it: a mark that combines with it makes another
    /// `Character` of the two, and nothing else of the bytes that a program reads.
    func replacingBytes(_ old: String, with new: String) -> String {
        let old = Array(old.utf8)
        guard let first = old.first, utf8.contains(first) else { return self }
        var result: [UInt8] = []
        var rest = Array(utf8)[...]
        while let position = rest.firstIndex(of: first) {
            result += rest[..<position]
            rest = rest[position...]
            let isOld = rest.starts(with: old)
            if isOld { result += new.utf8 } else { result.append(first) }
            rest = rest.dropFirst(isOld ? old.count : 1)
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    private func escaping(_ escape: (Unicode.Scalar) -> String) -> String {
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var position = 0
        var copied = 0
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            let end = position + UTF8.width(scalar)
            if scalar.isEscaped(behind: previous) {
                result += bytes[copied..<position]
                result += escape(scalar).utf8
                copied = end
            }
            if previous != nil || !scalar.properties.isWhitespace { previous = scalar }
            position = end
        }
        return copied == 0 ? self : String(decoding: result + bytes[copied...], as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// - Parameter previous: what stands before it; nil if that is nothing but blanks.
    fileprivate func isEscaped(behind previous: Unicode.Scalar?) -> Bool {
        switch self {
        case "#": return previous == "#"
        // No text of ours begins like that, and no JSON does.
        case ":": return previous == nil
        // Nearly all of a report, and a look into the tables of Unicode takes ten times as long as all else.
        case " "..."~": return false
        default: break
        }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
