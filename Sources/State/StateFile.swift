import Cryptography
import StrictJSON
import Synchronization

/// One thing that is remembered: bytes, behind a line that says what they are.
///
///     {"dockgate":"state","name":"NAME","version":1,"bytes":N,"sha256":"…"}⏎
///     N bytes
///
/// The file is replaced as a whole or not at all. What it holds counts only if name, version, length and checksum are
/// right; anything else is told and is as good as nothing. The checksum finds what a disk or a crash did; whoever may
/// write the directory can write a right one.
public final class StateFile: Sendable {
    private let name: String
    private let version: Int
    private let maximumBytes: Int
    private let directory: StateDirectory
    /// Held while the file is replaced, so that the later content stays.
    private let turn = Mutex(())

    /// The first line: names and numbers of known length.
    private static let maximumHeaderBytes = 512

    init(_ name: String, version: Int, maximumBytes: Int, in directory: StateDirectory) {
        self.name = name
        self.version = version
        self.maximumBytes = maximumBytes
        self.directory = directory
    }

    /// What was found in a file.
    public enum Content: Sendable {
        /// There is none: nothing was ever kept, or it was forgotten.
        case absent
        case kept(ArraySlice<UInt8>)
        /// There is one that does not count, with the reason as the end of a sentence that begins with its name.
        case unusable(String)
    }

    /// Reads it. Not for event loops: it waits for the disk, as all of these do.
    public func load() -> Content {
        do throws(StorageFault) {
            let limit = StateFile.maximumHeaderBytes + maximumBytes
            guard let bytes = try directory.read(name, limit: limit) else { return .absent }
            guard bytes.count <= limit else { return .unusable("is longer than \(limit) bytes") }
            return content(of: bytes)
        } catch {
            return .unusable("cannot be read: \(error)")
        }
    }

    /// Keeps these bytes in place of what was kept before; they are on stable storage when it returns. Throws `.tooLarge`
    /// and `.storage`, and then what was kept before may still be there.
    public func keep(_ bytes: [UInt8]) throws(StateError) {
        guard bytes.count <= maximumBytes else {
            throw .tooLarge(name: name, bytes: bytes.count, maximumBytes: maximumBytes)
        }
        let content = header(of: bytes) + bytes
        try inTurn { () throws(StorageFault) in try directory.replace(name, with: content) }
    }

    /// Takes the file away; returns once that is certain. It needs no space on the disk.
    public func forget() throws(StateError) {
        try inTurn { () throws(StorageFault) in try directory.remove(name) }
    }

    private func inTurn(_ work: () throws(StorageFault) -> Void) throws(StateError) {
        let fault = turn.withLock { _ -> StorageFault? in
            do throws(StorageFault) {
                try work()
                return nil
            } catch {
                return error
            }
        }
        if let fault { throw .storage(fault) }
    }

    // MARK: - The first line

    private func header(of bytes: [UInt8]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("dockgate", "state")
        json.member("name", name)
        json.member("version", version)
        json.member("bytes", bytes.count)
        json.member("sha256", SHA2.sha256(bytes).hexadecimal)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private func content(of bytes: [UInt8]) -> Content {
        guard let end = bytes.prefix(StateFile.maximumHeaderBytes).firstIndex(of: UInt8(ascii: "\n")),
            let header = try? JSONDocument(parsing: Array(bytes[..<end])).root,
            header["dockgate"]?.isString("state") == true
        else { return .unusable("does not begin as a file of state does") }
        guard header["name"]?.stringUTF8 == Array(name.utf8) else { return .unusable("holds something else") }
        guard header["version"]?.integer == version else {
            return .unusable("is of version \(header["version"]?.integer ?? 0), not of version \(version)")
        }
        let body = bytes[(end + 1)...]
        guard header["bytes"]?.integer == body.count else {
            return .unusable("is not as long as it says: it was cut off, or something was added")
        }
        guard header["sha256"]?.stringUTF8 == Array(SHA2.sha256(body).hexadecimal.utf8) else {
            return .unusable("does not have the checksum that it names")
        }
        return .kept(body)
    }
}
