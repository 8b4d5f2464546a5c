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
        String(decoding: Array(utf8).replacing(Array(old.utf8), with: Array(new.utf8)), as: UTF8.self)
    }

    private func escaping(_ escape: (Unicode.Scalar) -> String) -> String {
        var result = ""
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result += escape(scalar)
            case _ where scalar == "#" && previous == "#": result += escape(scalar)
            // Nothing but blanks before it. No text of ours begins like that, and no JSON does.
            case _ where scalar == ":" && previous == nil: result += escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
            if previous != nil || !scalar.properties.isWhitespace { previous = scalar }
        }
        return result
    }
}
