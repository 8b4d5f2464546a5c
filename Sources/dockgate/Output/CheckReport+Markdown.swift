extension CheckReport {
    /// For a comment or a summary of GitHub and GitLab: a table of the images, and what speaks against each.
    var markdown: String {
        let word = images.contains { $0.verdict == .denied || $0.verdict == .undetermined } ? "refused" : "allowed"
        var text = "### dockgate: \(word)\n\n\(summary) in \(seconds) s\n"
        guard !images.isEmpty else { return text }
        text += "\n| | image | where | reason |\n|---|---|---|---|\n"
        let rows = text.appending(images.map(\.row))
        let details = rows == images.count ? text.appending(images.compactMap(\.details)) : 0
        let omitted = rows < images.count ? images.count - rows : images.count(where: { $0.details != nil }) - details
        if omitted > 0 { text += "\n\(omitted) more, which other formats tell\n" }
        return text
    }
}

extension ReportedImage {
    fileprivate var row: String {
        let symbol =
            switch verdict {
            case .allowed: "✅"
            case .warned: "⚠️"
            case .denied, .undetermined: "❌"
            }
        let reason = problems.first.map { $0.code.markdownCode } ?? ""
        let place = place.map { $0.description.markdownCode } ?? ""
        return "| \(symbol) \(verdict.word) | \(name.markdownCode) | \(place) | \(reason) |\n"
    }

    /// Nil if nothing speaks against it.
    fileprivate var details: String? {
        guard !problems.isEmpty else { return nil }
        var text = "\n**\(verdict.word)** \(name.markdownCode)\n"
        for problem in problems {
            let warns = problem.severity == .warning ? "warning, " : ""
            text += "- \(warns)\(problem.rule.markdownCode): \(problem.code.markdownCode)\n"
            for line in problem.lines.dropFirst() { text += "  - \(line.markdownCode)\n" }
        }
        return text
    }
}
