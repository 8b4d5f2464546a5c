/// Where in a file something is written.
struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The path as the command line names it; `stdin` for standard input.
    let file: String
    /// Counted from 1; nil in a file that has no lines.
    let line: Int?

    init(_ file: String, line: Int? = nil) {
        self.file = file
        self.line = line
    }

    /// `FILE:LINE`, or `FILE`.
    var description: String { line.map { "\(file):\($0)" } ?? file }
}
