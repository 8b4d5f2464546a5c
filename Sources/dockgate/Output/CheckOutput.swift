import ArgumentParser

/// In which shape `check` reports.
enum CheckFormat: String, ReportFormat {
    case table, plain, json, jsonl, sarif, junit, github, gitlab, markdown

    /// The whole text, line end included. Whatever images and messages are called, it is harmless where it is read.
    ///
    /// - Parameter terminal: where it goes; only a table looks different for it.
    func text(of report: CheckReport, on terminal: Terminal) -> String {
        switch self {
        case .table: report.table(on: terminal)
        case .plain: report.plain
        case .json: report.json
        case .jsonl: report.jsonLines
        case .sarif: report.sarif
        case .junit: report.junit
        case .github: report.github
        case .gitlab: report.gitlab
        case .markdown: report.markdown
        }
    }
}

/// What `check` says, where, and what its end means.
struct CheckOutputOptions: ParsableArguments {
    @OptionGroup var report: ReportOptions<CheckFormat>
    @OptionGroup var warning: WarningOptions

    @Flag(
        name: [.customShort("q"), .long], help: "Say nothing on standard error but mistakes: no progress, no warnings.")
    var quiet = false

    /// - Throws: `UsageError` that names every output that cannot be written.
    func write(_ report: CheckReport) throws(UsageError) {
        try self.report.write(otherwise: .table) { format, terminal in format.text(of: report, on: terminal) }
    }

    /// What the program ends with; nil if all is well.
    func outcome(of report: CheckReport) -> Outcome? {
        guard report.outcome == .allowed else { return report.outcome }
        return report.warns ? warning.outcome : nil
    }
}
