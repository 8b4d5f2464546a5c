import Glibc

/// The complete lines of a segment from the last to the first, in bounded memory. What stands after the last LF is
/// passed over.
struct SegmentLinesBackward {
    private static let chunkBytes = 256 * 1_024

    private let storage: any Storage
    private let file: StorageFile
    /// The file's bytes from `bufferStart`; the line to hand out next ends with the last of them.
    private var buffer: [UInt8] = []
    private var bufferStart: Int
    private var hasFoundEnd = false

    init(_ file: StorageFile, in storage: any Storage) throws(StorageError) {
        self.file = file
        self.storage = storage
        bufferStart = try storage.repeating { () throws(StorageError) in try storage.length(of: file) }
    }

    /// Nil at the beginning of the file.
    mutating func next() throws(AuditError) -> [UInt8]? {
        if !hasFoundEnd {
            guard try findEnd() else { return nil }
        }
        guard !buffer.isEmpty || bufferStart > 0 else { return nil }
        while true {
            if let separator = buffer.lastIndex(of: RecordLine.separator) {
                let line = Array(buffer[(separator + 1)...])
                buffer.removeSubrange(separator...)
                return line
            }
            if buffer.count > AuditLimits.maximumRecordBytes { throw damaged() }
            if try !fill() {
                defer { buffer.removeAll() }
                return buffer
            }
        }
    }

    /// Drops what follows the last LF, and that LF.
    private mutating func findEnd() throws(AuditError) -> Bool {
        hasFoundEnd = true
        while true {
            if let separator = buffer.lastIndex(of: RecordLine.separator) {
                buffer.removeSubrange(separator...)
                return true
            }
            if buffer.count > AuditLimits.maximumRecordBytes { throw damaged() }
            if try !fill() {
                buffer.removeAll()
                return false
            }
        }
    }

    /// False at the beginning of the file.
    private mutating func fill() throws(AuditError) -> Bool {
        guard bufferStart > 0 else { return false }
        let count = min(bufferStart, SegmentLinesBackward.chunkBytes)
        do throws(StorageError) {
            let chunk = try storage.bytes(of: file, at: bufferStart - count, count: count)
            guard chunk.count == count else { throw StorageError(.read, file.path, code: EIO) }
            buffer.insert(contentsOf: chunk, at: 0)
        } catch {
            throw .storage(error)
        }
        bufferStart -= count
        return true
    }

    private func damaged() -> AuditError {
        .damaged(segment: file.path, line: 0, reason: "a line is longer than a record may be")
    }
}
