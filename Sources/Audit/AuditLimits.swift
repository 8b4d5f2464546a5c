/// The bounds of the log. Each has its reason; a test may lower one to reach it quickly.
public struct AuditLimits: Sendable {
    /// One record, as a line without its LF. An entry of a C2SP tlog-tiles bundle has at most 65,535 bytes; what is
    /// larger belongs into the evidence, with its digest in the record.
    public static let maximumRecordBytes = 60 * 1_024
    /// One piece of evidence, which is a manifest, a payload or a whole record; this only bounds a mistake.
    public static let maximumEvidenceBytes = 64 * 1_024 * 1_024

    /// A new segment is begun before a commit that would take the active one beyond this. A start reads one segment,
    /// so this also bounds how long a start takes.
    public var segmentBytes: Int
    /// Records that wait for the disk. More than a second of them means that whoever waits would time out anyway.
    public var queuedRecords: Int
    /// Bytes of records that wait for the disk; also the largest single write.
    public var queuedBytes: Int
    /// How long one commit may take before the disk counts as hanging: new records are then refused at once.
    public var commitDuration: Duration

    /// The bounds of a gate's log, where nothing else is said.
    public init(
        segmentBytes: Int = 64 * 1_024 * 1_024,
        queuedRecords: Int = 8_192,
        queuedBytes: Int = 16 * 1_024 * 1_024,
        commitDuration: Duration = .seconds(1)
    ) {
        self.segmentBytes = segmentBytes
        self.queuedRecords = queuedRecords
        self.queuedBytes = queuedBytes
        self.commitDuration = commitDuration
    }
}
