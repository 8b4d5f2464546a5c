public import Timestamp

extension KnownCollection {
    /// What another client has verified of a collection and keeps, as the docker client does in its trust folder.
    ///
    /// The root is believed as it stands; one that cannot be read makes every update from it a refusal. Of the others those
    /// count that its keys have signed; what is missing, or was left over from other keys, is no loss: it is asked for again.
    ///
    /// - Parameters:
    ///   - documents: by role: `timestamp`, `snapshot`, `targets`.
    ///   - now: when they were found there.
    public init(root bytes: [UInt8], documents: [String: [UInt8]], foundAt now: Instant) {
        self.init()
        root = bytes
        guard let root = try? RootDocument(parsing: bytes) else { return }
        rootVersion = root.version
        if let timestamp = documents["timestamp"],
            let read = try? TimestampDocument(parsing: timestamp, by: root.timestamp)
        {
            take(KnownRole(read.document, at: now), of: "timestamp")
        }
        if let snapshot = documents["snapshot"], let read = try? SnapshotDocument(parsing: snapshot, by: root.snapshot)
        {
            take(KnownRole(read.document, at: now), of: "snapshot")
        }
        if let targets = documents["targets"], let read = try? TargetsDocument(parsing: targets, by: root.targets) {
            take(KnownRole(read.document, at: now), of: "targets")
        }
    }
}
