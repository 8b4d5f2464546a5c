/// The decision log: append only, and no answer before the record is on disk.
///
///     <directory>/lock                              held while this object lives
///     <directory>/segments/000000000000.jsonl       the records, one a line; named after the first `seq` in it
///     <directory>/evidence/sha256/ab/<62 digits>    what the records refer to
///
/// Each record holds the hash of the one before, so nothing before a head that is kept elsewhere can be changed
/// unseen. docs/AUDIT-LOG.md has the format and what it does not protect against.
///
/// All methods may be called from any thread. One thread of the log's own writes.
public final class AuditLog: Sendable {
    /// What had to be cut off when the log was opened; nil after an orderly end.
    public let recovery: AuditRecovery?

    private let queue: CommitQueue
    private let evidence: EvidenceStore
    private let thread: PosixThread
    private let lock: Monitor<StorageFile?>

    /// Opens the log in `directory`, which is created if need be; the directory above it must exist.
    ///
    /// It reads the last segment. A line that a crash left unfinished is cut off, see `recovery`. Throws `.locked` if
    /// somebody else writes this log, `.damaged` if the last segment holds anything that this program does not write,
    /// `.storage` if the disk refuses.
    public static func open(
        directory: String, storage: any Storage = FileStorage(), limits: AuditLimits = AuditLimits()
    ) throws(AuditError) -> AuditLog {
        let directory = AuditDirectory(root: directory)
        do { try directory.create(in: storage) } catch { throw .storage(error) }
        let lock = try WriterLock.take(directory.lock, in: storage)
        let evidence = try EvidenceStore(directory, in: storage)
        let opening = try LogOpening(directory, in: storage)
        return try AuditLog(directory, storage, limits, lock, evidence, opening)
    }

    private init(
        _ directory: AuditDirectory, _ storage: any Storage, _ limits: AuditLimits, _ lock: StorageFile,
        _ evidence: EvidenceStore, _ opening: LogOpening
    ) throws(AuditError) {
        let queue = CommitQueue(limits, head: opening.chain.head)
        let (chain, active) = (opening.chain, opening.active)
        let thread = PosixThread {
            let writer = SegmentWriter(directory, in: storage, continuing: active, segmentBytes: limits.segmentBytes)
            var committer = Committer(queue, writer, chain)
            committer.run()
        }
        guard let thread else { throw .unavailable("the system has no thread for it") }
        (self.queue, self.evidence, self.thread, self.lock) = (queue, evidence, thread, Monitor(lock))
        recovery = opening.recovery
    }

    deinit { close() }

    /// The last record on disk; nil if there is none.
    public var head: AuditPosition? { queue.head }

    /// Whether a record would be taken now, as far as is known. After a failed write, asking makes the log try the
    /// disk, so whoever asks regularly learns that it has recovered.
    public var isHealthy: Bool { queue.isHealthy && evidence.isHealthy }

    /// Appends a record and calls `completion` on `executor`, exactly once and never from within this call (unless the
    /// executor itself runs its work at once).
    ///
    /// A success means that the record is on stable storage. Otherwise the record is not part of the log:
    /// `.recordTooLarge` and `.recordMalformed` are the caller's mistake, `.overloaded` means that too many wait,
    /// `.unavailable` that the disk failed or hangs, `.closed` that `close` was called. The one exception is a failed
    /// synchronization: whether its records are on disk shows only after the next start.
    ///
    /// Records that one thread appends keep their order. The log does not end a wait on a hanging disk; whoever answers
    /// within a deadline sets it beside this.
    public func append(
        _ body: RecordBody, on executor: any CompletionExecutor,
        completion: @escaping @Sendable (Result<AuditPosition, AuditError>) -> Void
    ) {
        let refusal: AuditError?
        if body.bytes.count > AuditLimits.maximumRecordBytes {
            refusal = .recordTooLarge(bytes: body.bytes.count)
        } else {
            refusal = queue.add(PendingRecord(body: body, executor: executor, completion: completion))
        }
        guard let refusal else { return }
        executor.execute { completion(.failure(refusal)) }
    }

    /// Keeps `bytes` for the records that name their SHA-256, which it returns. They are on stable storage by then.
    ///
    /// It blocks on the disk, unless the same bytes were kept a short while ago; not for event loops. Throws
    /// `.evidenceTooLarge`, `.storage`, or `.unavailable` after a failed synchronization.
    public func keepEvidence(_ bytes: [UInt8]) throws(AuditError) -> [UInt8] {
        try evidence.keep(bytes)
    }

    /// Commits what is queued, ends the log's thread and lets go of the lock. Appends that come later are refused with
    /// `.closed`. Not to be called by a completion on the log's thread, which would wait for itself.
    public func close() {
        queue.close()
        guard thread.join() else { return }
        lock.withLock { $0 = nil }
    }
}
