import ArgumentParser

/// In which shape `check` reports.
enum CheckFormat: String, CaseIterable, Sendable {
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

/// One `-o`: a format, and the file that it goes to if it does not go to standard output.
struct CheckOutput: Sendable {
    let format: CheckFormat
    let file: String?

    /// To standard output.
    init(_ format: CheckFormat) {
        (self.format, file) = (format, nil)
    }

    /// Reads `FORMAT` or `FORMAT=FILE`.
    init(parsing text: String) throws {
        let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
        let word = String(text[..<(equals ?? text.endIndex)])
        guard let format = CheckFormat(rawValue: word) else {
            throw ValidationError("there is no output `\(word)`; there are \(CheckFormat.words)")
        }
        self.format = format
        file = equals.map { String(text[text.utf8.index(after: $0)...]) }
        guard file != "" else { throw ValidationError("`\(text)` names no file: write `\(word)=FILE`, or `\(word)`") }
        guard file != "-" else { throw ValidationError("`\(text)`: standard output is meant by `-o \(word)` alone") }
    }
}

extension CheckFormat {
    /// `table, plain, … and markdown`
    static let words =
        allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " and "
        + (allCases.last.map(\.rawValue) ?? "")
}

/// What `check` says, where, and what its end means.
struct CheckOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "How to report: \(CheckFormat.words). With =FILE into a file. May be repeated; one of them may go to standard output. (default: table)",
            valueName: "format[=file]"),
        completion: .list(CheckFormat.allCases.map(\.rawValue)), transform: CheckOutput.init(parsing:))
    var outputs: [CheckOutput] = []

    @Option(
        help: ArgumentHelp("End with this code if everything may run but something warns, 0 to 255.", valueName: "n"))
    var warnExitCode: UInt8 = 0

    @Flag(
        name: [.customShort("q"), .long], help: "Say nothing on standard error but mistakes: no progress, no warnings.")
    var quiet = false

    func validate() throws {
        let spoken = outputs.filter { $0.file == nil }
        if spoken.count > 1 {
            let word = spoken[1].format.rawValue
            throw ValidationError(
                "`-o \(spoken[0].format.rawValue)` and `-o \(word)` both go to standard output; write `-o \(word)=FILE`"
            )
        }
        var files: Set<[UInt8]> = []
        for file in outputs.compactMap(\.file) where !files.insert(Array(file.normalizedPath.utf8)).inserted {
            throw ValidationError("two outputs go to `\(file)`; give each a file of its own")
        }
    }

    /// One that cannot be written keeps nothing else from being reported.
    ///
    /// - Throws: `UsageError` that names every one of them.
    func write(_ report: CheckReport) throws(UsageError) {
        var mistakes: [UsageError] = []
        for output in outputs.isEmpty ? [CheckOutput(.table)] : outputs {
            do throws(UsageError) {
                if let file = output.file {
                    try WholeFile.write(output.format.text(of: report, on: .none), to: file)
                } else {
                    try StandardOutput.write(output.format.text(of: report, on: .standardOutput))
                }
            } catch {
                mistakes.append(error)
            }
        }
        if !mistakes.isEmpty { throw UsageError(mistakes) }
    }

    /// What the program ends with; nil if all is well.
    func outcome(of report: CheckReport) -> Outcome? {
        guard report.outcome == .allowed else { return report.outcome }
        return report.warns && warnExitCode > 0 ? .warned(exitCode: warnExitCode) : nil
    }
}
