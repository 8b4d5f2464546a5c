import Glibc
import StrictJSON

/// Reads the records of a log in bounded memory, beside the gate if need be. It takes no lock and proves nothing:
/// `AuditVerification` does.
public struct AuditReader: Sendable {
    /// By `seq`, whatever the records' times say.
    public enum Order: Hashable, Sendable {
        case oldestFirst
        case newestFirst
    }

    private let directory: AuditDirectory
    private let storage: any Storage

    /// Touches nothing yet: a directory that is not there is an error of what is asked.
    public init(directory: String, storage: any Storage = FileStorage()) {
        self.directory = AuditDirectory(root: directory)
        self.storage = storage
    }

    /// The records that the log holds now. Throws `.storage` if its segments cannot be listed.
    public func records(_ order: Order) throws(AuditError) -> AuditCursor {
        AuditCursor(try segments(), order, directory, storage)
    }

    /// The record of this number, or nil. Reads one segment.
    public func record(sequence: Int) throws(AuditError) -> AuditRecord? {
        guard let segment = try segments().last(where: { $0.firstSequence <= sequence }) else { return nil }
        var cursor = AuditCursor([segment], .oldestFirst, directory, storage)
        let opening = Array("{\"v\":1,\"seq\":\(sequence),".utf8)
        return try cursor.next { line in line.starts(with: opening) }
    }

    /// The latest record of this `id`, or nil. Reads the log from its end.
    public func record(id: String) throws(AuditError) -> AuditRecord? {
        let wanted = Array(id.utf8)
        // An identifier with nothing to escape stands in its line as it is, so most lines need no parsing.
        let isPlain = wanted.allSatisfy { byte in
            !RecordLine.isControl(byte) && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: "/")
        }
        var cursor = try records(.newestFirst)
        while let record = try cursor.next(where: { line in !isPlain || contains(line, wanted) }) {
            if record.json["id"]?.stringUTF8 == wanted { return record }
        }
        return nil
    }

    private func segments() throws(AuditError) -> [SegmentName] {
        try storage.attempt { () throws(StorageError) in try directory.listing(in: storage).segments }
    }

    private func contains(_ line: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        return line.withUnsafeBytes { line in
            part.withUnsafeBytes { part in
                guard let base = line.baseAddress, let wanted = part.baseAddress else { return false }
                var start = 0
                while start + part.count <= line.count,
                    let found = memchr(base + start, Int32(first), line.count - part.count - start + 1)
                {
                    if memcmp(found, wanted, part.count) == 0 { return true }
                    start = UnsafeRawPointer(found) - base + 1
                }
                return false
            }
        }
    }
}
