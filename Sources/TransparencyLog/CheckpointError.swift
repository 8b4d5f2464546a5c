/// Why a checkpoint is not believed; each case is one step of the way.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformedNote(NoteError)
    /// No line names a key of this log.
    case notByTheseKeys(signatures: Int)
    /// A line names a key of this log, which did not make it. Lines of signatures count from 1.
    case signatureInvalid(line: Int)
    case tooFewLines
    case emptyOrigin
    /// Not decimal digits without leading zero, or too large.
    case malformedSize
    /// Not the base64 of 32 bytes.
    case malformedRoot
    case emptyExtension
    /// The key signs for another log.
    case otherOrigin([UInt8], expected: String)

    public var description: String {
        switch self {
        case .malformedNote(let error): error.description
        case .notByTheseKeys(let count):
            "found \(count == 1 ? "1 signature" : "\(count) signatures"), none by a key of this log"
        case .signatureInvalid(let line):
            "line \(line) of the signatures names a key of this log, which has not made that signature"
        case .tooFewLines: "found a checkpoint of less than three lines, expected origin, size and root hash"
        case .emptyOrigin: "found a checkpoint without origin on line 1"
        case .malformedSize: "found no number of entries on line 2, expected decimal digits without leading zeros"
        case .malformedRoot: "found no root hash on line 3, expected the base64 of 32 bytes"
        case .emptyExtension: "found an empty line among the further lines of a checkpoint"
        case .otherOrigin(let found, let expected):
            "found a checkpoint of `\(CheckpointError.quoted(found))`, expected one of `\(expected)`"
        }
    }

    /// Printable ASCII as it is, everything else escaped, and no longer than a line.
    private static func quoted(_ origin: [UInt8]) -> String {
        let scalars = String(decoding: origin.prefix(128), as: UTF8.self).unicodeScalars
        return scalars.reduce(into: "") { text, scalar in
            let isPlain = (0x20...0x7E).contains(scalar.value) && scalar != "`" && scalar != "\\"
            text += isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
