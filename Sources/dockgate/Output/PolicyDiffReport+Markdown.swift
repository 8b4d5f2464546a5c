import PolicyDocuments

extension PolicyDiffReport {
    /// For the comment on a change of policies: what became of which document, and what it means.
    var markdown: String {
        var text = "### dockgate: policies\n\n\(summary)\n"
        if !documents.isEmpty { text += "\n" + documents.map { "- \($0.markdownCode)\n" }.joined() }
        let parts = comparison.differences.map(\.markdown) + unprobed.map { "\n- \($0.markdownCode)\n" }
        let told = text.appending(parts)
        if told < parts.count { text += "\n\(parts.count - told) more, which other formats tell\n" }
        return text
    }
}

extension PolicyDifference {
    fileprivate var markdown: String {
        let told = examples.map(\.told)
        var text = "\n**\(effect.word)** \((told.first ?? "").markdownCode)\n"
        text += "- before: \(before.told.markdownCode)\n- after: \(after.told.markdownCode)\n"
        for example in told.dropFirst() { text += "- also: \(example.markdownCode)\n" }
        if furtherExamples > 0 { text += "- also: \(furtherExamples) more\n" }
        if let testCase = examples.first?.testCase { text += "- case: \(testCase.markdownCode)\n" }
        return text
    }
}
