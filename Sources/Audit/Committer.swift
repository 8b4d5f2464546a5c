/// The log's thread: takes whatever waits, makes it durable with one write and one synchronization, answers, and
/// begins again. While one commit runs, the next one gathers; how much longer it may, `CommitQueue` says.
struct Committer {
    private let queue: CommitQueue
    private var writer: SegmentWriter
    private var chain: RecordChain
    private var records: [PendingRecord] = []
    private var completions = CompletionBatch()
    private var positions: [Result<AuditPosition, AuditError>] = []
    // Reused from commit to commit: a record costs no allocation of its own here but its hash.
    private var batch: [UInt8] = []

    init(_ queue: CommitQueue, _ writer: SegmentWriter, _ chain: RecordChain) {
        self.queue = queue
        self.writer = writer
        self.chain = chain
    }

    mutating func run() {
        while true {
            switch queue.take(into: &records) {
            case .commit: commit()
            case .probe: probe()
            case .finish: return
            }
        }
    }

    private mutating func commit() {
        let durable = chain
        for record in records { positions.append(encode(record.body)) }
        do {
            if !batch.isEmpty { try writer.commit(batch, startingAt: durable.nextSequence) }
            queue.report(batch.isEmpty ? nil : .working, head: chain.head)
        } catch {
            // Nobody was told of these sequence numbers, so the next batch begins with them again.
            chain = durable
            refuseAll(because: error.reason)
            queue.report(condition(after: error), head: chain.head)
        }
        for (record, position) in zip(records, positions) {
            completions.add(record, position, capacity: records.count)
        }
        records.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
        completions.deliver()
    }

    /// Adds a record to the batch, unless a reader of the log would not accept it.
    private mutating func encode(_ body: RecordBody) -> Result<AuditPosition, AuditError> {
        let start = batch.count
        appendLine(of: body)
        if let refusal = refusal(of: body, encodedFrom: start) {
            batch.removeSubrange(start...)
            return .failure(refusal)
        }
        let position = chain.advance(over: batch[start...])
        batch.append(RecordLine.separator)
        return .success(position)
    }

    private mutating func appendLine(of body: RecordBody) {
        let isFirst = batch.isEmpty
        RecordLine.appendOpening(sequence: chain.nextSequence, previous: chain.previousLeaf, to: &batch)
        if isFirst { batch.append(RecordLine.commitMark) }
        batch.append(contentsOf: body.bytes)
        batch.append(RecordLine.end)
    }

    private func refusal(of body: RecordBody, encodedFrom start: Int) -> AuditError? {
        let length = batch.count - start
        guard length <= AuditLimits.maximumRecordBytes else { return .recordTooLarge(bytes: length) }
        guard body.needsCheck else { return nil }
        // The line begins as it must, having been written so; what is left to check is the body.
        do {
            _ = try RecordChain.record(in: Array(batch[start...]))
            return nil
        } catch {
            return .recordMalformed(error.description)
        }
    }

    private mutating func refuseAll(because reason: String) {
        for index in positions.indices {
            if case .success = positions[index] { positions[index] = .failure(.unavailable(reason)) }
        }
    }

    private mutating func probe() {
        do {
            try writer.probe()
            queue.report(.working, head: chain.head)
        } catch {
            queue.report(condition(after: error), head: chain.head)
        }
    }

    private func condition(after failure: CommitFailure) -> CommitQueue.Condition {
        failure.isFinal ? .stopped(failure.reason) : .failing(failure.reason)
    }
}
