extension String {
    /// As a span of code, in which nothing is markup: no HTML, no link, no mention. Two backticks around it leave room for
    /// single ones; what could end it, more of them in a row and the border of a table's cell, is escaped like what does
    /// not show.
    var markdownCode: String {
        guard !isEmpty else { return "" }
        let text = printable.replacingBytes("|", with: "\\u{7c}").replacingBytes("``", with: "\\u{60}\\u{60}")
        return text.utf8.contains(UInt8(ascii: "`")) ? "`` \(text) ``" : "`\(text)`"
    }

    /// GitHub refuses a summary of a step beyond 1 MiB, and a comment beyond 65,536 characters is no help to anybody.
    private static let longestSummary = 900_000

    /// Appends as many as there is room for, and tells how many that was.
    mutating func appending(_ parts: [String]) -> Int {
        for (count, part) in parts.enumerated() {
            guard utf8.count + part.utf8.count <= String.longestSummary else { return count }
            self += part
        }
        return parts.count
    }
}
