/// A JSON document (RFC 8259), read strictly and completely before anything is taken from it.
///
/// What two readers may understand differently is refused: duplicate keys (compared by the bytes they mean, so `"s"`
/// and `"\u0073"` are one key, while two normal forms of one letter are two), a byte order mark, invalid UTF-8, lone
/// surrogates, comments, trailing commas and bytes, numbers beyond a double. Every limit is an error, never a cut.
///
/// The work is linear in the length of the document, whatever it contains. A document is immutable, and its values are
/// views on it that keep it alive.
public struct JSONDocument: Sendable {
    public let root: JSONValue

    /// Reads all of `bytes`. Throws at the first mistake, with its path and offset.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        let tape = try JSONParser.parse(bytes.span, limits: limits)
        root = JSONValue(storage: JSONStorage(source: bytes, tape: tape), index: 0)
    }
}
