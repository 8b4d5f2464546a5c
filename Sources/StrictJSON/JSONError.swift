/// Why bytes are not a JSON document that is accepted, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public let kind: Kind
    /// The value that was being read: `$.request.object.spec.containers[0].image`. Keys that are not plain identifiers
    /// are quoted: `$.metadata.labels["app.kubernetes.io/name"]`.
    public let path: String
    /// Where in the document, in bytes from 0.
    public let offset: Int

    public enum Kind: Hashable, Sendable {
        // Encoding
        case byteOrderMark
        case utf16
        case invalidUTF8
        // Structure
        case unexpectedEnd
        case expectedValue
        case expectedKey
        case expectedColon
        case expectedCommaOrEnd
        case trailingComma
        case trailingBytes
        case comment
        case duplicateKey
        // Strings
        case controlCharacter
        case invalidEscape
        case loneSurrogate
        // Numbers
        case leadingZero
        case malformedNumber
        /// Beyond what a double holds: readers make infinity, zero or an error of it.
        case numberOutOfRange
        // Limits
        case documentTooLarge(limit: Int)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        case numberTooLong(limit: Int)
        case stringTooLong(limit: Int)
    }

    public var description: String { "\(kind) at `\(path)`, byte \(offset)" }
}

extension JSONError.Kind: CustomStringConvertible {
    public var description: String {
        switch self {
        case .byteOrderMark: "the document begins with a byte order mark, expected UTF-8 without one"
        case .utf16: "the document is UTF-16 or UTF-32, expected UTF-8"
        case .invalidUTF8: "invalid UTF-8"
        case .unexpectedEnd: "the document ends too early"
        case .expectedValue: "expected a value"
        case .expectedKey: "expected a key in double quotes"
        case .expectedColon: "expected `:` after the key"
        case .expectedCommaOrEnd: "expected `,` or the end of the object or array"
        case .trailingComma: "a comma before the end of the object or array"
        case .trailingBytes: "more bytes after the end of the document"
        case .comment: "a comment, JSON has none"
        case .duplicateKey: "the key appears twice in one object"
        case .controlCharacter: "an unescaped control character in a string"
        case .invalidEscape: "an escape that JSON does not have"
        case .loneSurrogate: "an escaped surrogate without its other half"
        case .leadingZero: "a number with a leading zero"
        case .malformedNumber: "a malformed number"
        case .numberOutOfRange: "a number beyond what a double can hold"
        case .documentTooLarge(let limit): "the document is larger than \(limit) bytes"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooManyValues(let limit): "more than \(limit) values"
        case .numberTooLong(let limit): "a number longer than \(limit) bytes"
        case .stringTooLong(let limit): "a string longer than \(limit) bytes"
        }
    }
}
