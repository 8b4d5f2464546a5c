/// Where a record stands in the log, and the head of the log after it.
///
/// Whoever keeps a position elsewhere can later prove with `AuditVerification` that the log still holds exactly this
/// record, and exactly the records before it, since each record names the hash of the one before.
public struct AuditPosition: Hashable, Sendable {
    /// The record's `seq`; the first record of a log has 0.
    public let sequence: Int
    /// The RFC 6962 leaf hash of the record's line without its LF, 32 bytes.
    public let leafHash: [UInt8]

    /// A position that was kept elsewhere. Nothing is checked here: that a log holds it, a verification finds out.
    public init(sequence: Int, leafHash: [UInt8]) {
        self.sequence = sequence
        self.leafHash = leafHash
    }
}
