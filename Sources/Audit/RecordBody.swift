public import StrictJSON

/// The members of a record after `prev`, as JSON without the braces around them: `"id":"…","code":"…"`.
///
/// It must not hold `v`, `seq` or `prev`, nor any control character, LF included.
public struct RecordBody: Sendable {
    /// The members, at least one.
    public let bytes: ArraySlice<UInt8>
    /// Whether a reader of the log may still refuse it.
    let needsCheck: Bool

    /// What was written as one object; nil if it is anything else. It is not read again before it is kept: a writer
    /// makes no control characters and knows whether it wrote JSON.
    public init?(_ writer: JSONWriter) {
        guard let members = writer.members, !members.isEmpty else { return nil }
        bytes = members
        needsCheck = false
    }

    /// Bytes from elsewhere, which the log reads before it keeps them.
    public init(unchecked bytes: [UInt8]) {
        self.bytes = bytes[...]
        needsCheck = true
    }
}
