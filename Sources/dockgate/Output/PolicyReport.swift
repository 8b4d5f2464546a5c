import PolicyDocuments
import Trust

/// What `policy lint` reports.
struct PolicyReport: Sendable {
    let diagnostics: [Diagnostic]
    /// What was loaded; nil if the policies do not load.
    let summary: String?

    var warns: Bool { diagnostics.contains { $0.severity == .warning } }

    /// `no mistake, 2 warnings`, or how many mistakes there are.
    var count: String {
        func counted(_ severity: Diagnostic.Severity, _ noun: String) -> String {
            let count = diagnostics.count { $0.severity == severity }
            return "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")"
        }
        return "\(counted(.error, "mistake")), \(counted(.warning, "warning"))"
    }
}

/// In which shape `policy lint` reports.
enum PolicyFormat: String, ReportFormat {
    case table, json, sarif, github

    /// The whole text, line end included.
    ///
    /// - Parameter terminal: where it goes; only a table looks different for it.
    func text(of report: PolicyReport, on terminal: Terminal) -> String {
        switch self {
        case .table: report.table(on: terminal)
        case .json: report.json
        case .sarif: report.sarif
        case .github: report.github
        }
    }
}

extension PolicyReport {
    /// For people and editors: a line for each diagnostic, with the source on a terminal, and what was loaded.
    func table(on terminal: Terminal) -> String {
        var shown = ShownDiagnostics(on: terminal)
        let lines = diagnostics.flatMap { shown.lines(of: $0) } + (summary.map { [$0] } ?? [])
        return lines.map { $0 + "\n" }.joined()
    }

    /// Workflow commands of GitHub Actions: an annotation for each diagnostic at its place, and a line that sums up.
    var github: String {
        let annotations = diagnostics.map { diagnostic in
            WorkflowAnnotation(
                kind: diagnostic.severity == .error ? .error : .warning,
                file: Place(diagnostic.position.file).repositoryPath, line: diagnostic.position.line,
                column: diagnostic.position.column, title: "dockgate: \(diagnostic.rule.id)",
                message: diagnostic.message.printable)
        }
        let lines = WorkflowAnnotation.lines(annotations) + [summary.map { "\(count); \($0)" } ?? count]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension Diagnostic {
    /// The place of a diagnostic's rule among all rules, and its name in reports: the warning's own, if it has one.
    var rule: (number: Int, id: String) {
        if let code, let number = PolicyLint.codes.firstIndex(where: { $0.code == code }) { return (2 + number, code) }
        return switch severity {
        case .error: (0, "policy-invalid")
        case .warning: (1, "policy-suspicious")
        }
    }
}
