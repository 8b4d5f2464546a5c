import Glibc
import PolicyDocuments

/// How the program ends, and the one table of exit codes.
enum Outcome: Error, Hashable {
    case allowed
    case denied
    case usage
    case undetermined
    case internalError
    /// All may run, but something warns, and whoever called wants to be told.
    case warned(exitCode: UInt8)
    /// By the codes of cosign, for those who have asked for them.
    case cosign(exitCode: UInt8)

    var exitCode: Int32 {
        switch self {
        case .allowed: 0
        case .denied: 1
        case .usage: 2
        case .undetermined: 3
        case .internalError: 4
        case .warned(let exitCode), .cosign(let exitCode): Int32(exitCode)
        }
    }

    func exit() -> Never {
        Glibc.exit(exitCode)
    }
}

/// An image that is refused for its bytes, before any policy is asked: it is printed, and the program ends with 1.
struct RefusedInput: Error {
    /// As it is printed: `file: error: …`.
    let line: String

    init(_ problem: String, at place: String) {
        line = "\(place): error: \(problem)"
    }
}

/// A mistake in the arguments, the configuration or the policies: it is printed, and the program ends with 2.
struct UsageError: Error {
    private let mistakes: [Mistake]

    private enum Mistake {
        case line(String)
        case diagnostic(Diagnostic)
    }

    init(_ mistake: String) {
        self.init(lines: ["error: " + mistake])
    }

    /// - Parameter place: `file:line` or `file:line:column`.
    init(_ mistake: String, at place: String) {
        self.init(lines: ["\(place): error: \(mistake)"])
    }

    /// - Parameter lines: as they are printed; the last is the mistake.
    init(lines: [String]) {
        mistakes = lines.map(Mistake.line)
    }

    /// All of these.
    init(_ errors: [UsageError]) {
        mistakes = errors.flatMap(\.mistakes)
    }

    init(_ failure: LoadFailure) {
        mistakes = failure.diagnostics.map(Mistake.diagnostic)
    }

    /// One for each mistake, `error: …` or `file:line:column: error: …`, and those that a terminal is shown beside; fit to
    /// be printed.
    func lines(on terminal: Terminal) -> [String] {
        var shown = ShownDiagnostics(on: terminal)
        return mistakes.flatMap { mistake in
            switch mistake {
            case .line(let line): [line.printable]
            case .diagnostic(let diagnostic): shown.lines(of: diagnostic)
            }
        }
    }
}
