import Glibc

/// The lines of a segment from the first to the last, in bounded memory.
struct SegmentLines {
    enum Line {
        case complete([UInt8])
        /// What stands after the last LF: a write that has not ended, or never did. `start` has at most one byte more
        /// than a record may have; `count` is how many bytes there are.
        case torn(start: [UInt8], count: Int)
        /// A line of more bytes than a record may have.
        case oversized
    }

    private static let chunkBytes = 256 * 1_024

    private let storage: any Storage
    private let file: StorageFile
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where in the file the next chunk begins.
    private var offset = 0

    init(_ file: StorageFile, in storage: any Storage) {
        self.file = file
        self.storage = storage
    }

    /// How many bytes of the file were handed out as complete lines.
    private(set) var completeBytes = 0

    /// Nil at the end of the file.
    mutating func next() throws(StorageError) -> Line? {
        while true {
            if let end = separator() {
                let line = Array(buffer[start..<end])
                start = end + 1
                completeBytes += line.count + 1
                return line.count > AuditLimits.maximumRecordBytes ? .oversized : .complete(line)
            }
            if buffer.count - start > AuditLimits.maximumRecordBytes { return try passOver() }
            if try !fill() {
                defer { start = buffer.count }
                return start == buffer.count ? nil : .torn(start: Array(buffer[start...]), count: buffer.count - start)
            }
        }
    }

    /// Goes to the end of a line that is too long to be kept.
    private mutating func passOver() throws(StorageError) -> Line {
        let beginning = Array(buffer[start...].prefix(AuditLimits.maximumRecordBytes + 1))
        var passed = 0
        while true {
            if let end = separator() {
                completeBytes += passed + end + 1 - start
                start = end + 1
                return .oversized
            }
            passed += buffer.count - start
            start = buffer.count
            if try !fill() { return .torn(start: beginning, count: passed) }
        }
    }

    /// False at the end of the file.
    private mutating func fill() throws(StorageError) -> Bool {
        let chunk = try storage.bytes(of: file, at: offset, count: SegmentLines.chunkBytes)
        guard !chunk.isEmpty else { return false }
        buffer.removeSubrange(..<start)
        start = 0
        buffer.append(contentsOf: chunk)
        offset += chunk.count
        return true
    }

    private func separator() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(RecordLine.separator), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
