public import Trust

/// Something to tell the author of a document: what is wrong, where, and what was expected.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    public let severity: Severity
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String
    public let position: SourcePosition
    /// The stable name of what lint warns of, one of `PolicyLint.codes`; nil for what loading itself tells.
    public let code: String?

    public enum Severity: String, Hashable, Sendable {
        /// The documents are not loaded.
        case error
        /// The documents are loaded.
        case warning
    }

    public init(_ severity: Severity, _ message: String, at position: SourcePosition, code: String? = nil) {
        self.severity = severity
        self.message = message.asOneLine
        self.position = position
        self.code = code
    }

    init(_ problem: FieldProblem) {
        self.init(.error, problem.message, at: problem.position)
    }

    /// `file:line:column: error: message`, the form that editors jump to.
    public var description: String { "\(position): \(severity.rawValue): \(message)" }
}

extension String {
    /// Author's words may hold anything: what would end or turn the line is escaped, and what is longer than a paragraph cut.
    fileprivate var asOneLine: String {
        guard utf8.count > longestMessage || !utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            guard shown.utf8.count < longestMessage else { return shown + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

/// In bytes; the longest that list what is known are about half of it.
private let longestMessage = 2_048

extension Sequence<Diagnostic> {
    /// By file, line and column, each diagnostic once.
    var inReadingOrder: [Diagnostic] {
        let sorted = self.sorted { left, right in
            if !left.position.file.utf8.elementsEqual(right.position.file.utf8) {
                return left.position.file.utf8.lexicographicallyPrecedes(right.position.file.utf8)
            }
            if left.position.line != right.position.line { return left.position.line < right.position.line }
            if left.position.column != right.position.column { return left.position.column < right.position.column }
            return left.message.utf8.lexicographicallyPrecedes(right.message.utf8)
        }
        return sorted.enumerated().filter { $0.offset == 0 || sorted[$0.offset - 1] != $0.element }.map(\.element)
    }
}

/// Why documents were not loaded: every problem of every file, in reading order, errors and warnings alike.
public struct LoadFailure: Error, Sendable, CustomStringConvertible {
    /// At least one is an error.
    public let diagnostics: [Diagnostic]

    /// Nil if none is an error.
    init?(_ diagnostics: [Diagnostic]) {
        guard diagnostics.contains(where: { $0.severity == .error }) else { return nil }
        self.diagnostics = diagnostics.inReadingOrder
    }

    init(_ error: Diagnostic) {
        diagnostics = [error]
    }

    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
