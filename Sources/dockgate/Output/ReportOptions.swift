import ArgumentParser

/// The shapes in which a command reports.
protocol ReportFormat: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

extension ReportFormat {
    /// `table, plain, … and markdown`
    static var words: String {
        let words = allCases.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
    }
}

/// One `-o`: a format, and the file that it goes to if it does not go to standard output.
struct ReportOutput<Format: ReportFormat>: Sendable {
    let format: Format
    let file: String?

    /// Reads `FORMAT` or `FORMAT=FILE`.
    init(parsing text: String) throws {
        let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
        let word = String(text[..<(equals ?? text.endIndex)])
        guard let format = Format(rawValue: word) else {
            throw ValidationError("there is no output `\(word)`; there are \(Format.words)")
        }
        self.format = format
        file = equals.map { String(text[text.utf8.index(after: $0)...]) }
        guard file != "" else { throw ValidationError("`\(text)` names no file: write `\(word)=FILE`, or `\(word)`") }
        guard file != "-" else { throw ValidationError("`\(text)`: standard output is meant by `-o \(word)` alone") }
    }
}

/// What a command reports, and where.
struct ReportOptions<Format: ReportFormat>: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "How to report: \(Format.words). With =FILE into a file. May be repeated; one of them may go to standard output. (default: table)",
            valueName: "format[=file]"),
        completion: .list(Format.allCases.map(\.rawValue)), transform: ReportOutput<Format>.init(parsing:))
    var outputs: [ReportOutput<Format>] = []

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
    /// - Parameters:
    ///   - plain: the format if none is asked for.
    ///   - text: the whole report in a format, line end included, for where it goes.
    /// - Throws: `UsageError` that names every one of them.
    func write(otherwise plain: Format, _ text: (Format, Terminal) -> String) throws(UsageError) {
        var mistakes: [UsageError] = []
        for (format, file) in outputs.isEmpty ? [(plain, nil)] : outputs.map({ ($0.format, $0.file) }) {
            do throws(UsageError) {
                if let file {
                    try WholeFile.write(text(format, .none), to: file)
                } else {
                    try StandardOutput.write(text(format, .standardOutput))
                }
            } catch {
                mistakes.append(error)
            }
        }
        if !mistakes.isEmpty { throw UsageError(mistakes) }
    }
}

/// What the program ends with if nothing is wrong and something warns.
struct WarningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("End with this code if nothing is wrong but something warns, 0 to 255.", valueName: "n"))
    var warnExitCode: UInt8 = 0

    /// Nil if that is not asked for.
    var outcome: Outcome? { warnExitCode > 0 ? .warned(exitCode: warnExitCode) : nil }
}
