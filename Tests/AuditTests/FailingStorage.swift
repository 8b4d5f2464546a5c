import Audit
import Glibc
import Synchronization

/// The real disk, with one call that goes wrong.
final class FailingStorage: Storage {
    enum Fault: Sendable {
        /// The call fails with this `errno`, once.
        case error(Int32)
        /// Writes half of what it was given, and every later call fails with EIO: the process died in a write.
        case crash
        /// Reads and writes one byte less than asked, down to one; other calls are not touched.
        case short
        /// As many bytes as the call takes are written, then it fails: what a full disk does.
        case partThenError(Int32)
    }

    private struct State {
        var calls = 0
        var isDead = false
    }

    private let real = FileStorage()
    private let failing: Range<Int>
    private let fault: Fault
    private let state = Mutex(State())

    /// Counts from 1.
    convenience init(call number: Int, _ fault: Fault) {
        self.init(calls: number..<number + 1, fault)
    }

    init(calls failing: Range<Int>, _ fault: Fault) {
        self.failing = failing
        self.fault = fault
    }

    var calls: Int { state.withLock { $0.calls } }

    /// Nil if this call goes well.
    private func nextFault(_ operation: StorageError.Operation, _ path: String) throws(StorageError) -> Fault? {
        let (isDead, isFailing) = state.withLock { state in
            state.calls += 1
            return (state.isDead, failing.contains(state.calls))
        }
        if isDead { throw StorageError(operation, path, code: EIO) }
        guard isFailing else { return nil }
        if case .crash = fault { state.withLock { $0.isDead = true } }
        return fault
    }

    private func pass(_ operation: StorageError.Operation, _ path: String) throws(StorageError) {
        switch try nextFault(operation, path) {
        case nil, .short?: return
        case .error(let code)?, .partThenError(let code)?: throw StorageError(operation, path, code: code)
        case .crash?: throw StorageError(operation, path, code: EIO)
        }
    }

    func makeDirectory(_ path: String) throws(StorageError) -> Bool {
        try pass(.makeDirectory, path)
        return try real.makeDirectory(path)
    }

    func list(_ directory: String) throws(StorageError) -> [String] {
        try pass(.list, directory)
        return try real.list(directory)
    }

    func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile {
        try pass(.open, path)
        return try real.open(path, for: purpose)
    }

    func lock(_ file: StorageFile) throws(StorageError) -> Bool {
        try pass(.lock, file.path)
        return try real.lock(file)
    }

    func length(of file: StorageFile) throws(StorageError) -> Int {
        try pass(.length, file.path)
        return try real.length(of: file)
    }

    func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        switch try nextFault(.read, file.path) {
        case nil: return try real.read(file, at: offset, into: buffer)
        case .short?:
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<max(1, buffer.count - 1)])
            return try real.read(file, at: offset, into: part)
        case .error(let code)?, .partThenError(let code)?: throw StorageError(.read, file.path, code: code)
        case .crash?: throw StorageError(.read, file.path, code: EIO)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int {
        let half = UnsafeRawBufferPointer(rebasing: bytes[..<max(1, bytes.count / 2)])
        switch try nextFault(.append, file.path) {
        case nil: return try real.append(bytes, to: file)
        case .short?: return try real.append(half, to: file)
        case .error(let code)?: throw StorageError(.append, file.path, code: code)
        case .partThenError(let code)?:
            _ = try real.append(half, to: file)
            throw StorageError(.append, file.path, code: code)
        case .crash?:
            _ = try real.append(half, to: file)
            throw StorageError(.append, file.path, code: EIO)
        }
    }

    func synchronizeData(of file: StorageFile) throws(StorageError) {
        try pass(.synchronizeData, file.path)
        try real.synchronizeData(of: file)
    }

    func truncate(_ file: StorageFile, to length: Int) throws(StorageError) {
        try pass(.truncate, file.path)
        try real.truncate(file, to: length)
    }

    func discardCache(of file: StorageFile) throws(StorageError) {
        try pass(.discardCache, file.path)
        try real.discardCache(of: file)
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        try pass(.rename, path)
        try real.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(StorageError) {
        try pass(.remove, path)
        try real.remove(path)
    }

    func synchronizeDirectory(_ path: String) throws(StorageError) {
        try pass(.synchronizeDirectory, path)
        try real.synchronizeDirectory(path)
    }
}
