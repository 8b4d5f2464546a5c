extension String {
    /// At most `limit` bytes of whole characters of Unicode, and `…` if anything was cut.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }

    /// Fit to stand in a line that a person reads: blanks for line ends, what a terminal or an editor would act upon
    /// escaped, and no longer than a paragraph.
    var onOneLine: String {
        let isPlain = utf8.count <= String.longestLine && utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard !isPlain else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard text.utf8.count < String.longestLine else { return text + "…" }
            switch scalar.properties.generalCategory {
            case _ where scalar == "\n" || scalar == "\r" || scalar == "\t": text += " "
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Bytes; names of images have at most some 400, findings are sentences.
    private static let longestLine = 1_024
}
