/// Hands out one record after the other. What a write has not finished is passed over.
public struct AuditCursor {
    private let directory: AuditDirectory
    private let storage: any Storage
    private let order: AuditReader.Order
    /// What is still to be read; the next one last.
    private var remaining: [SegmentName]
    private var current = SegmentName(firstSequence: 0)
    // One of the two at a time, by the order; read in place, so that their buffer is not copied for a line.
    private var forward: SegmentLines?
    private var backward: SegmentLinesBackward?

    init(
        _ segments: [SegmentName], _ order: AuditReader.Order, _ directory: AuditDirectory, _ storage: any Storage
    ) {
        remaining = order == .newestFirst ? segments : segments.reversed()
        self.order = order
        self.directory = directory
        self.storage = storage
    }

    /// Nil after the last record. Throws `.damaged` at a line that is no JSON, and `.storage`.
    public mutating func next() throws(AuditError) -> AuditRecord? {
        try next { _ in true }
    }

    /// The next record whose line `isWanted`; the others are not parsed.
    mutating func next(where isWanted: ([UInt8]) -> Bool) throws(AuditError) -> AuditRecord? {
        while true {
            guard let line = try nextLine() else {
                guard try begin() else { return nil }
                continue
            }
            guard isWanted(line) else { continue }
            do {
                return try AuditRecord(line)
            } catch {
                throw .damaged(segment: current.description, line: 0, reason: "a line is not JSON: \(error)")
            }
        }
    }

    /// Opens the next segment; false if there is none.
    private mutating func begin() throws(AuditError) -> Bool {
        guard let name = remaining.popLast() else { return false }
        let file = try storage.attempt { () throws(StorageError) in
            try storage.open(directory.path(of: name), for: .reading)
        }
        current = name
        switch order {
        case .oldestFirst:
            forward = SegmentLines(file, in: storage)
        case .newestFirst:
            backward = try storage.attempt { () throws(StorageError) in try SegmentLinesBackward(file, in: storage) }
        }
        return true
    }

    private mutating func nextLine() throws(AuditError) -> [UInt8]? {
        switch order {
        case .newestFirst: return try backward?.next()
        case .oldestFirst:
            let line: SegmentLines.Line?
            do { line = try forward?.next() } catch { throw .storage(error) }
            switch line {
            case .complete(let bytes)?: return bytes
            case .oversized?:
                throw .damaged(segment: current.description, line: 0, reason: "a line is longer than a record may be")
            case .torn?, nil: return nil
            }
        }
    }
}
