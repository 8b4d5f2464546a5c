/// The variables of an environment file, as `docker compose --env-file` takes it: `NAME=value` on lines of their own,
/// comments, values in quotes. What Compose would replace within a value (`$`, backslashes in double quotes) is refused:
/// the file says what it means.
public struct EnvironmentFile: Sendable {
    /// By name.
    public let variables: [String: String]

    /// Such files hold some dozens of lines.
    public static let maximumBytes = 1 << 18

    /// Throws an `EnvironmentFileError` with the line for what has another form and for a name that is given twice.
    public init(parsing bytes: [UInt8]) throws(EnvironmentFileError) {
        guard bytes.count <= EnvironmentFile.maximumBytes else {
            throw EnvironmentFileError(
                "is \(bytes.count) bytes long, at most \(EnvironmentFile.maximumBytes) are read", line: 1)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EnvironmentFileError("is not text in UTF-8", line: 1)
        }
        var variables: [String: String] = [:]
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            guard let (name, value) = try EnvironmentFile.entry(Array(line)[...], line: index + 1) else { continue }
            guard variables.updateValue(value, forKey: name) == nil else {
                throw EnvironmentFileError("`\(name)` is given twice, expected it once", line: index + 1)
            }
        }
        self.variables = variables
    }

    /// Nil for a line with nothing or a comment on it.
    private static func entry(_ line: ArraySlice<UInt8>, line number: Int) throws(EnvironmentFileError) -> (
        String, String
    )? {
        var rest = line.drop(while: isSpace)
        guard let first = rest.first, first != UInt8(ascii: "#") else { return nil }
        let export = Array("export ".utf8)
        if rest.starts(with: export) { rest = rest.dropFirst(export.count).drop(while: isSpace) }
        let key = rest.prefix(while: VariableName.isPart)
        rest = rest.dropFirst(key.count).drop(while: isSpace)
        guard let name = VariableName.text(key), rest.first == UInt8(ascii: "=") else {
            throw EnvironmentFileError("expected `NAME=value`, a name of letters, digits and `_`", line: number)
        }
        let value = try value(rest.dropFirst().drop(while: isSpace), of: name, line: number)
        return (name, String(decoding: value, as: UTF8.self))
    }

    private static func value(
        _ text: ArraySlice<UInt8>, of name: String, line: Int
    ) throws(EnvironmentFileError) -> ArraySlice<UInt8> {
        guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            return try unquoted(text, of: name, line: line)
        }
        let content = text.dropFirst().prefix { $0 != quote }
        let rest = text.dropFirst(content.count + 1)
        guard rest.first == quote else {
            throw EnvironmentFileError("the value of `\(name)` has a quote without an end on its line", line: line)
        }
        let comment = rest.dropFirst().drop(while: isSpace)
        guard comment.isEmpty || comment.first == UInt8(ascii: "#") else {
            throw EnvironmentFileError("the value of `\(name)` goes on behind its quote", line: line)
        }
        guard quote == UInt8(ascii: "'") else {
            guard !content.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "\\") }) else {
                throw notPlain(name, line)
            }
            return content
        }
        guard content.last != UInt8(ascii: "\\") else {
            throw EnvironmentFileError(
                "the value of `\(name)` ends in a backslash, and Compose takes the quote behind it for a part of the value",
                line: line)
        }
        return content
    }

    private static func unquoted(
        _ text: ArraySlice<UInt8>, of name: String, line: Int
    ) throws(EnvironmentFileError) -> ArraySlice<UInt8> {
        // A comment begins behind a space. Versions of Compose differ in whether one begins at the start of a value.
        let comment = text.indices.dropFirst().first { index in
            text[index] == UInt8(ascii: "#") && text[index - 1] == UInt8(ascii: " ")
        }
        let content = text[..<(comment ?? text.endIndex)]
        let end = content.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? content.startIndex
        let value = content[..<end]
        guard value.first != UInt8(ascii: "#"), !value.contains(where: { "$'\"`\\".utf8.contains($0) }),
            !hasInvisibleBlank(value)
        else { throw notPlain(name, line) }
        return value
    }

    /// Whether Compose may take something within for a blank at an end that is none here.
    private static func hasInvisibleBlank(_ value: ArraySlice<UInt8>) -> Bool {
        String(decoding: value, as: UTF8.self).unicodeScalars.contains { $0 != " " && $0.properties.isWhitespace }
    }

    private static func notPlain(_ name: String, _ line: Int) -> EnvironmentFileError {
        EnvironmentFileError(
            "the value of `\(name)` holds characters that stand for something else, write it in single quotes as it is meant",
            line: line)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0D, 0x20].contains(byte) }
}

/// Why an environment file is refused, and where.
public struct EnvironmentFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String

    init(_ message: String, line: Int) {
        self.message = message
        self.line = line
    }

    public var description: String { "line \(line): \(message)" }
}
