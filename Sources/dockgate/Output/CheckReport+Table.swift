import PolicyEngine

extension CheckReport {
    /// For people: a paragraph for each image with what speaks against it and how to mend that, and a line that sums up.
    func table(on terminal: Terminal) -> String {
        let lines = images.flatMap { $0.paragraph(on: terminal) } + ["\(summary) in \(seconds) s"]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension ReportedImage {
    fileprivate func paragraph(on terminal: Terminal) -> [String] {
        let origin = place.map { "  \($0.description.printable)" } ?? ""
        var lines = ["\(terminal.mark(verdict))\(name.printable)\(shortDigest)\(origin)"]
        if let exemption { lines.append("       exempt by \(exemption.text.printable)") }
        for problem in problems {
            let warns = problem.severity == .warning ? "warning: " : ""
            lines.append("       \(warns)\(problem.rule.printable) [\(problem.code.printable)]")
            // Nobody else's words begin a line: some who read it later take lines as commands.
            for line in (problem.message ?? "").split(separator: "\n") {
                lines.append("         message    \(String(line).printable)")
            }
            if let found = problem.found { lines.append("         found      \(found.printable)") }
            if let expected = problem.expected { lines.append("         expected   \(expected.printable)") }
            if let cure = problem.cure { lines.append("         cure       \(cure.printable)") }
            if let relief = problem.relief { lines.append("         relief     \(relief.description.printable)") }
        }
        return lines
    }

    /// Enough of it to tell two apart: `  (sha256:ab12cd34ef56)`.
    private var shortDigest: String {
        guard let digest, let colon = digest.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        let start = digest.utf8.index(digest.utf8.index(after: colon), offsetBy: 12, limitedBy: digest.endIndex)
        return "  (\(String(digest[..<(start ?? digest.endIndex)]).printable))"
    }
}

extension ReportedExemption {
    /// The exemption's name, why there is one and who answers for it.
    var text: String {
        explanation.map { "\(name) (because \($0.reason), owner \($0.owner))" } ?? name
    }
}

extension Terminal {
    /// The verdict's word, in the column where the table has it; on a terminal with a symbol, and coloured if it may be.
    fileprivate func mark(_ verdict: ReportedImage.Verdict) -> String {
        guard isTerminal else { return verdict.word.padding(to: 7) }
        let symbol =
            switch verdict {
            case .allowed: "✓"
            case .warned: "!"
            case .denied, .undetermined: "✗"
            }
        let colour: Colour =
            switch verdict {
            case .allowed: .green
            case .warned: .yellow
            case .denied, .undetermined: .red
            }
        return paint("\(symbol) \(verdict.word)", colour) + String(repeating: " ", count: 7 - verdict.word.utf8.count)
    }
}
