import Cryptography
import PolicyDocuments
import Trust

extension PolicyReport {
    /// SARIF 2.1.0: a result for each diagnostic, and of the rules those that one of them breaks.
    var sarif: String {
        let present = PolicyReport.rules.indices.filter { number in diagnostics.contains { $0.rule.number == number } }
        return SARIFLog(
            rules: present.map { PolicyReport.rules[$0] },
            results: zip(diagnostics, fingerprints).compactMap { diagnostic, fingerprint in
                present.firstIndex(of: diagnostic.rule.number).map { diagnostic.sarif(rule: $0, fingerprint) }
            }
        ).text
    }

    private static let rules: [SARIFLog.Rule] =
        [
            SARIFLog.Rule(
                id: "policy-invalid", shortDescription: "policies that do not load",
                fullDescription: "A mistake in a document. Policies are loaded all together or not at all.",
                help: "Each result says what is wrong and what was expected."),
            SARIFLog.Rule(
                id: "policy-suspicious", shortDescription: "policies that most likely do not say what is meant",
                fullDescription: "The documents load, and an image or a request shows what their author hardly wanted.",
                help: "Each result names what shows it.", level: "warning"),
        ]
        + PolicyLint.codes.map { code, summary in
            SARIFLog.Rule(
                id: code, shortDescription: summary,
                fullDescription: "The documents load, and an image or a request shows that \(summary).",
                help: "Each result names what shows it.", level: "warning")
        }

    /// The same in every run, wherever in its file the diagnostic moves, and different from that of every other one: SHA-256
    /// in hexadecimal digits.
    private var fingerprints: [String] {
        var occurrences: [[UInt8]: Int] = [:]
        return diagnostics.map { diagnostic in
            let words = [Place(diagnostic.position.file).repositoryPath, diagnostic.rule.id, diagnostic.message]
            let identity = Array(words.joined(separator: "\u{0}").utf8)
            let occurrence = occurrences[identity, default: 0]
            occurrences[identity] = occurrence + 1
            return SHA2.sha256(identity + "\u{0}\(occurrence)".utf8).hexadecimal
        }
    }
}

extension Diagnostic {
    fileprivate func sarif(rule: Int, _ fingerprint: String) -> SARIFLog.Result {
        SARIFLog.Result(
            rule: rule, level: severity == .error ? "error" : "warning", message: message.printable,
            file: Place(position.file).repositoryPath, line: position.line, column: position.column,
            fingerprint: ("dockgatePolicyMessage/v1", fingerprint))
    }
}
