/// Why the log did not do what it was asked.
public enum AuditError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process writes this log. `holder` is its process id, if it could be read.
    case locked(path: String, holder: Int?)
    /// More records wait for the disk than the queue holds. Nothing was written.
    case overloaded
    /// The record is not on disk, or cannot be known to be.
    case unavailable(String)
    /// The log was closed.
    case closed
    /// The record would be longer than `AuditLimits.maximumRecordBytes`. Nothing was written.
    case recordTooLarge(bytes: Int)
    /// The body is not the members of a JSON object. Nothing was written.
    case recordMalformed(String)
    /// The evidence is larger than `AuditLimits.maximumEvidenceBytes`. Nothing was written.
    case evidenceTooLarge(bytes: Int)
    /// What is on disk is not a log that this program wrote.
    case damaged(segment: String, line: Int, reason: String)
    /// The disk refused.
    case storage(StorageError)

    public var description: String {
        switch self {
        case .locked(let path, let holder?):
            "the audit log is already being written by process \(holder), which holds `\(path)`: stop it first"
        case .locked(let path, nil):
            "the audit log is already being written by another process, which holds `\(path)`: stop it first"
        case .overloaded:
            "too many records wait for the audit log's disk"
        case .unavailable(let reason):
            "the audit log is unavailable: \(reason)"
        case .closed:
            "the audit log is closed"
        case .recordTooLarge(let bytes):
            "an audit record of \(bytes) bytes exceeds the \(AuditLimits.maximumRecordBytes) that a record may have"
        case .recordMalformed(let reason):
            "an audit record's body must be the members of one JSON object: \(reason)"
        case .evidenceTooLarge(let bytes):
            "evidence of \(bytes) bytes exceeds the \(AuditLimits.maximumEvidenceBytes) that the store keeps"
        case .damaged(let segment, let line, let reason):
            "audit segment `\(segment)` line \(line): \(reason); run `dockgate audit verify`, keep the directory as it is"
        case .storage(let error):
            error.description
        }
    }
}
