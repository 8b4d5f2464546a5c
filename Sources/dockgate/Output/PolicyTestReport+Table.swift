import PolicyDocuments
import PolicyEngine
import Trust

extension PolicyTestReport {
    /// For people: a line for each case, below a failed one what was expected and found and what came of each check, and a
    /// line that sums up.
    func table(on terminal: Terminal) -> String {
        let lines =
            results.flatMap { $0.paragraph(on: terminal) }
            + listed.map { "\($0.position.description.printable): \($0.told.printable)" }
            + ["\(summary) in \(took.tenthsOfSeconds) s"]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension PolicyTestResult {
    fileprivate func paragraph(on terminal: Terminal) -> [String] {
        let mark = terminal.mark(isGood: hasPassed, word)
        let head = "\(mark)\(test.name.printable)  \(test.position.description.printable)"
        guard !hasPassed else { return [head] }
        return [head, "         image      \(image.printable)", "         expected   \(expected.printable)"]
            + found.map { "         found      \($0.printable)" }
            + findings.flatMap(\.paragraph)
    }
}

extension ReportedFinding {
    /// What came of one check: its outcome, its rule, and if it does not hold, why.
    fileprivate var paragraph: [String] {
        let trial = enforcement.flatMap { $0 == "deny" ? nil : ", \($0) only" } ?? ""
        let code = reason.map { " [\($0.printable)]" } ?? ""
        let relief = relief.map { ", \($0.description.printable)" } ?? ""
        let head = "         \(outcome.padding(to: 14)) \(rule.printable)\(code)\(trial)\(relief)"
        let reasons = [("found", found), ("expected", expected)].compactMap { name, text in
            text.map { "           \(name.padding(to: 10)) \($0.printable)" }
        }
        return [head] + reasons
    }
}

extension Terminal {
    /// The word in its column; on a terminal with a symbol, and coloured if it may be.
    fileprivate func mark(isGood: Bool, _ word: String) -> String {
        guard isTerminal else { return word.padding(to: 7) }
        return paint("\(isGood ? "✓" : "✗") \(word)", isGood ? .green : .red)
            + String(repeating: " ", count: 7 - word.utf8.count)
    }
}
