import PolicyDocuments

extension PolicyDiffReport {
    /// For people: what became of which document, a paragraph for each difference, and a line that sums up.
    func table(on terminal: Terminal) -> String {
        let lines =
            documents.map(\.printable) + comparison.differences.flatMap { $0.paragraph(on: terminal) }
            + unprobed.map { "\(terminal.mark(.reasons))\($0.printable)" } + [summary]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension PolicyDifference {
    fileprivate func paragraph(on terminal: Terminal) -> [String] {
        func line(_ name: String, _ text: String) -> String {
            String(repeating: " ", count: 11) + name.padding(to: 8) + text.printable
        }
        let told = examples.map(\.told)
        var lines = [terminal.mark(effect) + (told.first ?? "").printable]
        lines += [line("before", before.told), line("after", after.told)]
        lines += told.dropFirst().map { line("also", $0) }
        if furtherExamples > 0 { lines.append(line("also", "\(furtherExamples) more")) }
        if let testCase = examples.first?.testCase { lines.append(line("case", testCase)) }
        return lines
    }
}

extension Terminal {
    /// The effect's word in its column, coloured if it may be.
    fileprivate func mark(_ effect: PolicyDifference.Effect) -> String {
        let blank = String(repeating: " ", count: 11 - effect.word.utf8.count)
        switch effect {
        case .loosened: return paint(effect.word, .red) + blank
        case .tightened: return paint(effect.word, .yellow) + blank
        case .reasons: return effect.word + blank
        }
    }
}
