public import Timestamp

/// A value that has the shape a `FieldType` describes, with the place where it was written.
public struct FieldValue: Sendable {
    public let content: Content
    public let position: SourcePosition

    public enum Content: Sendable {
        case text(String)
        case boolean(Bool)
        case integer(Int)
        case duration(Duration)
        case date(Instant)
        case file(FileContent)
        case list([FieldValue])
        /// In the order in which they were written.
        case object([(name: String, value: FieldValue)])
        /// Texts under texts, in the order in which they were written.
        case dictionary([(key: FieldValue, value: FieldValue)])
    }

    public init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }

    /// The member of that name, if this is an object that has one.
    public subscript(name: String) -> FieldValue? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The elements of a list, else none: an absent list and a missing one read alike.
    public var elements: [FieldValue] {
        guard case .list(let elements) = content else { return [] }
        return elements
    }

    /// The entries of a dictionary, else none.
    public var entries: [(key: FieldValue, value: FieldValue)] {
        guard case .dictionary(let entries) = content else { return [] }
        return entries
    }

    public var text: String? {
        guard case .text(let text) = content else { return nil }
        return text
    }

    public var boolean: Bool? {
        guard case .boolean(let boolean) = content else { return nil }
        return boolean
    }

    public var integer: Int? {
        guard case .integer(let integer) = content else { return nil }
        return integer
    }

    public var duration: Duration? {
        guard case .duration(let duration) = content else { return nil }
        return duration
    }

    public var date: Instant? {
        guard case .date(let date) = content else { return nil }
        return date
    }

    public var file: FileContent? {
        guard case .file(let file) = content else { return nil }
        return file
    }
}

/// A file that a document names, already read.
public struct FileContent: Hashable, Sendable {
    /// The path as the document spells it.
    public let path: String
    public let bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// A place in a file, lines and columns counted from 1.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    public let line: Int
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { "\(file):\(line):\(column)" }
}

/// One mistake in a document: what, where, and what was expected. Lower case, no full stop, the user's words in
/// backticks.
public struct FieldProblem: Hashable, Sendable, CustomStringConvertible {
    public let message: String
    public let position: SourcePosition

    public init(_ message: String, at position: SourcePosition) {
        self.message = message
        self.position = position
    }

    public var description: String { "\(position): \(message)" }
}

/// All mistakes that were found; never empty.
public struct FieldProblems: Error, Sendable {
    public let problems: [FieldProblem]

    public init(_ first: FieldProblem, _ rest: [FieldProblem] = []) {
        problems = [first] + rest
    }

    public init?(_ problems: [FieldProblem]) {
        guard !problems.isEmpty else { return nil }
        self.problems = problems
    }
}
