import PolicyDocuments
import Trust

/// Diagnostics as people read them: each in the form that editors jump to, and on a terminal below it the line that it is
/// about, with a mark under the column.
struct ShownDiagnostics {
    private let terminal: Terminal
    private let read: (String) -> [UInt8]?
    private var files: [[UInt8]: SourceLines] = [:]

    /// - Parameter read: the bytes of a file of documents, nil if there are none. Only what is shown on a terminal is read.
    init(on terminal: Terminal, read: @escaping (String) -> [UInt8]? = ShownDiagnostics.content) {
        self.terminal = terminal
        self.read = read
    }

    /// Lines that are fit to be shown.
    mutating func lines(of diagnostic: Diagnostic) -> [String] {
        guard terminal.isTerminal else { return [diagnostic.description.printable] }
        let colour: Terminal.Colour = diagnostic.severity == .error ? .red : .yellow
        let place = diagnostic.position.description.printable
        let severity = terminal.paint(diagnostic.severity.rawValue, colour)
        let mark = terminal.paint("^", colour)
        return ["\(place): \(severity): \(diagnostic.message.printable)"] + excerpt(at: diagnostic.position, mark: mark)
    }

    /// Somebody may just have written another line there; then that is the one to look at.
    private mutating func excerpt(at position: SourcePosition, mark: String) -> [String] {
        guard let line = sourceLines(of: position.file)[position.line] else { return [] }
        let number = "\(position.line)"
        let blank = String(repeating: " ", count: number.utf8.count)
        let width = max(terminal.columns - number.utf8.count - 5, narrowest)
        let excerpt = Excerpt(line, column: position.column, width: width)
        let indent = String(repeating: " ", count: excerpt.indent)
        return ["  \(number) | \(excerpt.text)", "  \(blank) | \(indent)\(mark)"]
    }

    private mutating func sourceLines(of file: String) -> SourceLines {
        let key = Array(file.utf8)
        if let known = files[key] { return known }
        let lines = read(file).map(SourceLines.init) ?? SourceLines.none
        files[key] = lines
        return lines
    }

    private static func content(of file: String) -> [UInt8]? {
        try? FileSystemSource().read(file, limit: PolicyDocuments.maximumFileBytes)
    }
}

/// In cells: on a narrower terminal lines break.
private let narrowest = 20
