import PolicyEngine

extension CheckReport {
    /// For scripts: a line for each image, with tabs between verdict, image, digest, place, reason, policy, check, what
    /// was found, the record, and what keeps it from refusing. What is not known is empty; of several reasons the first is
    /// told.
    var plain: String {
        images.map { image in
            let problem = image.problems.first
            let fields = [
                image.verdict.word, image.name, image.digest, image.place?.description, problem?.code, problem?.policy,
                problem?.check, problem.flatMap { $0.found ?? $0.message }, image.recordID,
                problem?.relief?.description,
            ]
            return fields.map { ($0 ?? "").spreadsheetCell }.joined(separator: "\t") + "\n"
        }.joined()
    }
}

extension String {
    /// Fit to be a field between tabs, also for a spreadsheet: that takes a field that begins with one of these for a
    /// formula, or for a quoted field that may be one, and with a `'` before it for text.
    fileprivate var spreadsheetCell: String {
        let text = printable
        guard let first = text.unicodeScalars.first(where: { !$0.properties.isWhitespace }) else { return text }
        return "=+-@\"＝＋－＠".unicodeScalars.contains(first) ? "'" + text : text
    }
}
