import Glibc

/// The lines of a segment from the first to the last, in bounded memory.
struct SegmentLines {
    enum Line {
        case complete([UInt8])
        /// What stands after the last record: a write that has not ended, or never did. `start` has at most one byte more
        /// than a record may have; `count` is how many bytes there are, to the end of the file.
        case torn(start: [UInt8], count: Int)
        /// A line of more bytes than a record may have.
        case oversized
    }

    /// What stands before one LF, or before the end of the file.
    private struct Stretch {
        /// At most one byte more than a record may have.
        var start: [UInt8] = []
        var count = 0
        var hasEnd = false
        var holes = HoleSearch()
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
        guard let stretch = try stretch() else { return nil }
        guard stretch.hasEnd else { return .torn(start: stretch.start, count: stretch.count) }
        if stretch.holes.found, let rest = try restOfLastCommit() {
            return .torn(start: stretch.start, count: stretch.count + 1 + rest)
        }
        completeBytes += stretch.count + 1
        return stretch.count > AuditLimits.maximumRecordBytes ? .oversized : .complete(stretch.start)
    }

    /// Goes to the end of the file and gives the bytes up to there, unless a commit begins before it: then it stays.
    ///
    /// A power cut may leave of the last commit whatever blocks it likes, in any order, so there may be whole records
    /// after a hole; nobody was answered for them. A hole in front of another commit is none that a power cut left.
    private mutating func restOfLastCommit() throws(StorageError) -> Int? {
        var ahead = self
        var count = 0
        while let stretch = try ahead.stretch() {
            if RecordLine.beginsCommit(stretch.start) { return nil }
            count += stretch.count + (stretch.hasEnd ? 1 : 0)
        }
        self = ahead
        return count
    }

    private mutating func stretch() throws(StorageError) -> Stretch? {
        var stretch = Stretch()
        while true {
            let end = separator()
            take(buffer[start..<(end ?? buffer.count)], into: &stretch)
            if let end {
                stretch.hasEnd = true
                stretch.holes.pass(buffer[end...end], at: place(of: end))
                start = end + 1
                return stretch
            }
            start = buffer.count
            if try !fill() { return stretch.count == 0 ? nil : stretch }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, into stretch: inout Stretch) {
        stretch.holes.pass(bytes, at: place(of: bytes.startIndex))
        stretch.start += bytes.prefix(AuditLimits.maximumRecordBytes + 1 - stretch.start.count)
        stretch.count += bytes.count
    }

    /// Where in the file a byte of the buffer stands.
    private func place(of index: Int) -> Int { offset - (buffer.count - index) }

    /// Reads on when all of the buffer is handed out. False at the end of the file.
    private mutating func fill() throws(StorageError) -> Bool {
        let chunk = try storage.bytes(of: file, at: offset, count: SegmentLines.chunkBytes)
        guard !chunk.isEmpty else { return false }
        buffer = chunk
        start = 0
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
