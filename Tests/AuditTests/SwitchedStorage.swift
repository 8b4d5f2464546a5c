import Audit
import Glibc
import Synchronization

/// The real disk, whose writes and synchronizations a test can make fail, or hold up, while a log runs.
final class SwitchedStorage: Storage {
    struct Switches: Sendable {
        /// A write takes half its bytes, then fails with this.
        var append: Int32?
        var synchronizeData: Int32?
        var truncate: Int32?
        var isHeldUp = false
        var synchronizations = 0
    }

    private let real = FileStorage()
    private let switches = Mutex(Switches())

    func set(_ change: (inout Switches) -> Void) { switches.withLock { change(&$0) } }
    var synchronizations: Int { switches.withLock { $0.synchronizations } }

    func makeDirectory(_ path: String) throws(StorageError) -> Bool { try real.makeDirectory(path) }
    func list(_ directory: String) throws(StorageError) -> [String] { try real.list(directory) }
    func lock(_ file: StorageFile) throws(StorageError) -> Bool { try real.lock(file) }
    func length(of file: StorageFile) throws(StorageError) -> Int { try real.length(of: file) }
    func discardCache(of file: StorageFile) throws(StorageError) { try real.discardCache(of: file) }
    func rename(_ path: String, to newPath: String) throws(StorageError) { try real.rename(path, to: newPath) }
    func remove(_ path: String) throws(StorageError) { try real.remove(path) }
    func synchronizeDirectory(_ path: String) throws(StorageError) { try real.synchronizeDirectory(path) }

    func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile {
        try real.open(path, for: purpose)
    }

    func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        try real.read(file, at: offset, into: buffer)
    }

    func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int {
        guard let code = switches.withLock({ $0.append }) else { return try real.append(bytes, to: file) }
        _ = try real.append(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), to: file)
        throw StorageError(.append, file.path, code: code)
    }

    func synchronizeData(of file: StorageFile) throws(StorageError) {
        while switches.withLock({ $0.isHeldUp }) { usleep(500) }
        let code = switches.withLock { switches in
            switches.synchronizations += 1
            return switches.synchronizeData
        }
        if let code { throw StorageError(.synchronizeData, file.path, code: code) }
        try real.synchronizeData(of: file)
    }

    func truncate(_ file: StorageFile, to length: Int) throws(StorageError) {
        if let code = switches.withLock({ $0.truncate }) { throw StorageError(.truncate, file.path, code: code) }
        try real.truncate(file, to: length)
    }
}
