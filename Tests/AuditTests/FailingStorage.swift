import Audit
import Glibc
import Synchronization

/// The real disk, with calls that go wrong. It remembers every call.
final class FailingStorage: Storage {
    enum Fault: Sendable {
        /// The call fails with this `errno`.
        case error(Int32)
        /// Writes half of what it was given, and every later call fails with EIO: the process died in a write.
        case crash
        /// Does what it was asked, and then nothing ever again: the process died right after it.
        case crashAfterwards
        /// Reads and writes one byte less than asked, down to one; other calls are not touched.
        case short
        /// A read or a write is to be tried again; other calls are not touched.
        case again
        /// As many bytes as the call takes are written, then it fails: what a full disk does.
        case partThenError(Int32)
        /// Nothing more fits on the disk; what needs no space is not touched.
        case full
    }

    struct Call: Sendable {
        let operation: StorageError.Operation
        let path: String
        /// `errno`; nil if it went well.
        var failure: Int32?
    }

    private struct State {
        var lives: [[Call]] = [[]]
        var count = 0
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

    var calls: Int { state.withLock { $0.count } }
    /// All calls, those of each life by themselves.
    var lives: [[Call]] { state.withLock { $0.lives } }

    /// Another process takes over.
    func beginLife() { state.withLock { $0.lives.append([]) } }

    /// Does the call, unless it is one that goes wrong.
    private func call<Value>(
        _ operation: StorageError.Operation, _ path: String, writing bytes: UnsafeRawBufferPointer? = nil,
        in file: StorageFile? = nil, _ body: (_ isShort: Bool) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        let fault = begin(operation, path)
        func fail(_ code: Int32) -> StorageError {
            note(failure: code)
            return StorageError(operation, path, code: code)
        }
        func writeHalf() throws(StorageError) {
            guard let bytes, let file else { return }
            _ = try real.append(UnsafeRawBufferPointer(rebasing: bytes[..<max(1, bytes.count / 2)]), to: file)
        }
        switch fault {
        case nil: return try body(false)
        case .short?: return try body(true)
        case .again?:
            guard [.read, .append].contains(operation) else { return try body(false) }
            throw fail(EAGAIN)
        case .error(let code)?: throw fail(code)
        case .partThenError(let code)?:
            try writeHalf()
            throw fail(code)
        case .full?:
            guard operation == .append || operation == .makeDirectory else { return try body(false) }
            try writeHalf()
            throw fail(ENOSPC)
        case .crash?:
            try writeHalf()
            throw fail(EIO)
        case .crashAfterwards?:
            _ = try body(false)
            throw fail(EIO)
        }
    }

    private func begin(_ operation: StorageError.Operation, _ path: String) -> Fault? {
        state.withLock { state in
            state.count += 1
            state.lives[state.lives.count - 1].append(Call(operation: operation, path: path))
            if state.isDead { return .error(EIO) }
            guard failing.contains(state.count) else { return nil }
            switch fault {
            case .crash, .crashAfterwards: state.isDead = true
            default: break
            }
            return fault
        }
    }

    private func note(failure code: Int32) {
        state.withLock { state in
            let life = state.lives.count - 1
            state.lives[life][state.lives[life].count - 1].failure = code
        }
    }

    func makeDirectory(_ path: String) throws(StorageError) -> Bool {
        try call(.makeDirectory, path) { _ throws(StorageError) in try real.makeDirectory(path) }
    }

    func list(_ directory: String) throws(StorageError) -> [String] {
        try call(.list, directory) { _ throws(StorageError) in try real.list(directory) }
    }

    func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile {
        try call(.open, path) { _ throws(StorageError) in try real.open(path, for: purpose) }
    }

    func lock(_ file: StorageFile) throws(StorageError) -> Bool {
        try call(.lock, file.path) { _ throws(StorageError) in try real.lock(file) }
    }

    func length(of file: StorageFile) throws(StorageError) -> Int {
        try call(.length, file.path) { _ throws(StorageError) in try real.length(of: file) }
    }

    func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        try call(.read, file.path) { isShort throws(StorageError) in
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<max(1, buffer.count - 1)])
            return try real.read(file, at: offset, into: isShort ? part : buffer)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int {
        try call(.append, file.path, writing: bytes, in: file) { isShort throws(StorageError) in
            let half = UnsafeRawBufferPointer(rebasing: bytes[..<max(1, bytes.count / 2)])
            return try real.append(isShort ? half : bytes, to: file)
        }
    }

    func synchronizeData(of file: StorageFile) throws(StorageError) {
        try call(.synchronizeData, file.path) { _ throws(StorageError) in try real.synchronizeData(of: file) }
    }

    func truncate(_ file: StorageFile, to length: Int) throws(StorageError) {
        try call(.truncate, file.path) { _ throws(StorageError) in try real.truncate(file, to: length) }
    }

    func discardCache(of file: StorageFile) throws(StorageError) {
        try call(.discardCache, file.path) { _ throws(StorageError) in try real.discardCache(of: file) }
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        try call(.rename, path) { _ throws(StorageError) in try real.rename(path, to: newPath) }
    }

    func remove(_ path: String) throws(StorageError) {
        try call(.remove, path) { _ throws(StorageError) in try real.remove(path) }
    }

    func synchronizeDirectory(_ path: String) throws(StorageError) {
        try call(.synchronizeDirectory, path) { _ throws(StorageError) in try real.synchronizeDirectory(path) }
    }
}
