import StrictJSON
import TransparencyLog

/// Finds where a log ends, and makes it end there.
///
/// It reads the last segment, every line of it, and the last line of the segment before; the whole log is
/// `AuditVerification`'s to check.
struct LogOpening {
    private let directory: AuditDirectory
    private let storage: any Storage
    private(set) var chain = RecordChain()
    private(set) var active: SegmentWriter.Active?
    private(set) var recovery: AuditRecovery?

    init(_ directory: AuditDirectory, in storage: any Storage) throws(AuditError) {
        self.directory = directory
        self.storage = storage
        let segments = try storage.attempt { () throws(StorageError) in
            try directory.listing(in: storage).segments
        }
        guard let last = segments.last else { return }
        let file = try open(last, for: .appendingToExisting)
        try settle(file)
        chain = try chain(before: last, previous: segments.dropLast().last)
        try follow(file, of: last)
    }

    /// Makes sure that what is read next is what the disk holds. A process that was killed may have left bytes that
    /// never got there, and the next synchronization may be of another segment. And after a failed synchronization the
    /// kernel still shows bytes that it could not write.
    private func settle(_ file: StorageFile) throws(AuditError) {
        try storage.attempt { () throws(StorageError) in try storage.synchronizeData(of: file) }
        try storage.attempt { () throws(StorageError) in try storage.synchronizeDirectory(directory.segments) }
        try storage.attempt { () throws(StorageError) in try storage.discardCache(of: file) }
    }

    private func chain(before last: SegmentName, previous: SegmentName?) throws(AuditError) -> RecordChain {
        if last.firstSequence == 0 { return RecordChain() }
        guard let previous else {
            throw damaged(last, line: 1, "the segments before it are missing")
        }
        let file = try open(previous, for: .reading)
        var lines = try storage.attempt { () throws(StorageError) in
            try SegmentLinesBackward(file, in: storage)
        }
        guard let line = try lines.next(), let record = try? JSONDocument(parsing: line),
            record.root["seq"]?.integer == last.firstSequence - 1
        else {
            throw damaged(last, line: 1, "`\(previous)` does not end with the record before it")
        }
        return RecordChain(nextSequence: last.firstSequence, previousLeaf: LeafHash.of(line))
    }

    private mutating func follow(_ file: StorageFile, of segment: SegmentName) throws(AuditError) {
        var lines = SegmentLines(file, in: storage)
        var number = 0
        while let line = try next(&lines) {
            number += 1
            switch line {
            case .complete(let bytes):
                do {
                    _ = try chain.accept(bytes)
                } catch {
                    throw damaged(segment, line: number, error.description)
                }
            case .oversized:
                throw damaged(segment, line: number, "longer than a record may be")
            case .torn(let start, let count):
                if chain.isRecordWithoutItsEnd(start) {
                    throw damaged(segment, line: number, "a record whose line feed was changed")
                }
                try cut(file, to: lines.completeBytes)
                recovery = AuditRecovery(
                    segment: segment.description, bytesCut: count, nextSequence: chain.nextSequence)
            }
        }
        active = SegmentWriter.Active(file: file, length: lines.completeBytes)
    }

    private func next(_ lines: inout SegmentLines) throws(AuditError) -> SegmentLines.Line? {
        do { return try lines.next() } catch { throw .storage(error) }
    }

    private func cut(_ file: StorageFile, to length: Int) throws(AuditError) {
        try storage.attempt { () throws(StorageError) in try storage.truncate(file, to: length) }
        try storage.attempt { () throws(StorageError) in try storage.synchronizeData(of: file) }
    }

    private func open(_ segment: SegmentName, for purpose: OpenPurpose) throws(AuditError) -> StorageFile {
        try storage.attempt { () throws(StorageError) in
            try storage.open(directory.path(of: segment), for: purpose)
        }
    }

    private func damaged(_ segment: SegmentName, line: Int, _ reason: String) -> AuditError {
        .damaged(segment: segment.description, line: line, reason: reason)
    }
}
