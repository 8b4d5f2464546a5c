/// Appends batches to the active segment. It belongs to the log's thread.
///
/// A batch is on stable storage when `commit` returns, and otherwise it is not part of the log: its bytes are cut off
/// again, so the next batch takes the same sequence numbers. Where that cannot be made sure, the writer refuses
/// everything from then on; the next start reads what the disk really holds.
struct SegmentWriter {
    struct Active: Sendable {
        let file: StorageFile
        /// The bytes that are known to be good. After a failed write the file may be longer for a moment.
        var length: Int
    }

    private let directory: AuditDirectory
    private let storage: any Storage
    private let segmentBytes: Int
    private var active: Active?
    private var final: CommitFailure?

    init(_ directory: AuditDirectory, in storage: any Storage, continuing active: Active?, segmentBytes: Int) {
        self.directory = directory
        self.storage = storage
        self.active = active
        self.segmentBytes = segmentBytes
    }

    /// Makes whole lines durable, the first of them record `sequence`. A batch is never split over two segments.
    mutating func commit(_ batch: [UInt8], startingAt sequence: Int) throws(CommitFailure) {
        var active = try segment(for: batch.count, startingAt: sequence)
        try append(batch, to: active)
        do {
            try storage.repeating { () throws(StorageError) in try storage.synchronizeData(of: active.file) }
        } catch {
            throw stop(because: "\(error)")
        }
        active.length += batch.count
        self.active = active
    }

    /// Finds out whether the disk takes writes again, without leaving anything in the log.
    mutating func probe() throws(CommitFailure) {
        if let final { throw final }
        guard let active else { return }
        try append([UInt8](repeating: 0, count: AuditLimits.maximumRecordBytes), to: active)
        try cutBack(active)
    }

    private mutating func segment(for bytes: Int, startingAt sequence: Int) throws(CommitFailure) -> Active {
        if let final { throw final }
        if let active, active.length == 0 || active.length + bytes <= segmentBytes { return active }
        let path = directory.path(of: SegmentName(firstSequence: sequence))
        let file: StorageFile
        do {
            file = try storage.repeating { () throws(StorageError) in try storage.open(path, for: .appendingToNew) }
        } catch {
            throw CommitFailure(reason: "\(error)", isFinal: false)
        }
        do {
            try storage.repeating { () throws(StorageError) in
                try storage.synchronizeDirectory(directory.segments)
            }
        } catch {
            throw stop(because: "\(error)")
        }
        let begun = Active(file: file, length: 0)
        active = begun
        return begun
    }

    private mutating func append(_ bytes: [UInt8], to active: Active) throws(CommitFailure) {
        do {
            try storage.appendAll(bytes, to: active.file)
        } catch {
            try cutBack(active)
            throw CommitFailure(reason: "\(error)", isFinal: false)
        }
    }

    private mutating func cutBack(_ active: Active) throws(CommitFailure) {
        do {
            try storage.repeating { () throws(StorageError) in
                try storage.truncate(active.file, to: active.length)
            }
        } catch {
            throw stop(because: "\(error)")
        }
    }

    private mutating func stop(because reason: String) -> CommitFailure {
        let failure = CommitFailure(
            reason: "\(reason); nothing is recorded until dockgate is restarted", isFinal: true)
        final = failure
        return failure
    }
}
