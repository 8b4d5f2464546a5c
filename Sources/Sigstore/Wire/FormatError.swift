/// Why bytes are not the document that they should be: which field, what was found in it and what was expected.
///
/// Fields are named by their path from the document's root: `verificationMaterial.tlogEntries[0].logIndex`; the root itself
/// has the document's own name.
public enum FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not strict JSON, or beyond a limit of it; the reader's own words.
    case notJSON(document: String, reason: String)
    case missing(field: String)
    /// A field that the format does not have, or not in this version of it.
    case unknown(field: String)
    case malformed(field: String, found: String, expected: String)
    /// Something that the format knows and that is not verified here.
    case unsupported(field: String, found: String, expected: String)
    case tooMany(field: String, found: Int, limit: Int)

    public var description: String {
        switch self {
        case .notJSON(let document, let reason): "the \(document) is not strict JSON: \(reason)"
        case .missing(let field): "`\(field)` is missing"
        case .unknown(let field): "`\(field)` is an unknown field"
        case .malformed(let field, let found, let expected): "`\(field)` is \(found), expected \(expected)"
        case .unsupported(let field, let found, let expected):
            "`\(field)` is \(found), which is not supported: expected \(expected)"
        case .tooMany(let field, let found, let limit): "`\(field)` has \(found) elements, more than \(limit)"
        }
    }
}
