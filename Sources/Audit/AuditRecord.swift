public import StrictJSON

/// A record as it stands in the log.
public struct AuditRecord: Sendable {
    /// The line without its LF.
    public let bytes: [UInt8]
    /// The whole record, `v`, `seq` and `prev` included.
    public let json: JSONValue

    /// The record's `seq`, as it says itself; whether it stands where it belongs is `AuditVerification`'s to check.
    public var sequence: Int? { json["seq"]?.integer }
    /// The record's name, a ULID in what a gate writes; nil if it has none.
    public var id: String? { json["id"]?.string }

    init(_ line: [UInt8]) throws(JSONError) {
        bytes = line
        json = try JSONDocument(parsing: line, limits: JSONLimits(maximumBytes: AuditLimits.maximumRecordBytes)).root
    }
}
