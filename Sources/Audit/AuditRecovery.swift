/// What a start had to cut off: the rest of a write that a crash had ended early. Nobody was ever answered on the
/// strength of it. Whoever opens the log reports it, and may record it.
public struct AuditRecovery: Hashable, Sendable {
    /// The segment's file name.
    public let segment: String
    /// How many bytes there were after the last record that counts.
    public let bytesCut: Int
    /// The `seq` of the next record.
    public let nextSequence: Int
}
