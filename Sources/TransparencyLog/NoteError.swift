/// Why bytes are not a signed note (C2SP signed-note).
public enum NoteError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge
    /// Not UTF-8, or with control characters.
    case notPlainText
    /// Nothing divides the text from the signatures.
    case noEmptyLine
    case noSignature
    /// Something stands behind the last line.
    case noLineEnd
    case tooManySignatures
    /// Lines of signatures count from 1.
    case malformedSignature(line: Int)

    public var description: String {
        switch self {
        case .tooLarge: "found more than \(SignedNote.maximumBytes) bytes, expected a signed note"
        case .notPlainText: "found control characters or invalid UTF-8 in a signed note, expected plain text"
        case .noEmptyLine: "found a note without an empty line, expected one between its text and its signatures"
        case .noSignature: "found a note without signatures, expected at least one"
        case .noLineEnd: "found a note that does not end with a line end, expected one after its last signature"
        case .tooManySignatures: "found more than \(SignedNote.maximumSignatures) signatures in a note"
        case .malformedSignature(let line):
            "found something else on line \(line) of the signatures, expected `— NAME BASE64` with an em dash"
        }
    }
}
