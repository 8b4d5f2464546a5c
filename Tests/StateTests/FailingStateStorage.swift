import Glibc
import State
import Synchronization

/// The real disk, with calls that go wrong, and a memory of all calls.
final class FailingStateStorage: StateStorage {
    enum Fault: String, CaseIterable, Sendable {
        /// The call does nothing but fail.
        case error = "ENOSPC once"
        /// A write leaves half of its bytes behind and fails; other calls do nothing but fail.
        case half = "half of a write, then ENOSPC"
        /// As before, and no call does anything any more: the process died within the call.
        case killed = "kill -9 in the middle of the call"
        /// The call does what it was asked, and no later one does anything: the process died right after it.
        case killedAfterwards = "kill -9 right after the call"
        /// No call does anything from here on.
        case gone = "a disk that is gone from then on"
    }

    private struct Progress {
        var count = 0
        var isGone = false
    }

    private let real = DiskStateStorage()
    private let number: Int
    private let fault: Fault
    private let progress = Mutex(Progress())

    /// Counts from 1.
    init(call number: Int, _ fault: Fault) {
        self.number = number
        self.fault = fault
    }

    var calls: Int { progress.withLock { $0.count } }

    private func call<Value>(
        _ operation: StorageFault.Operation, _ path: String, half: () throws(StorageFault) -> Void = {},
        _ body: () throws(StorageFault) -> Value
    ) throws(StorageFault) -> Value {
        let (isHit, isGone) = progress.withLock { progress in
            progress.count += 1
            defer { if progress.count == number, fault != .error, fault != .half { progress.isGone = true } }
            return (progress.count == number, progress.isGone)
        }
        let failure = StorageFault(operation, path, code: isGone ? EIO : ENOSPC)
        if isGone { throw failure }
        guard isHit else { return try body() }
        switch fault {
        case .error, .gone: break
        case .half, .killed: try half()
        case .killedAfterwards: _ = try body()
        }
        throw failure
    }

    func makeDirectory(_ path: String) throws(StorageFault) {
        try call(.makeDirectory, path) { () throws(StorageFault) in try real.makeDirectory(path) }
    }

    func lock(_ path: String) throws(StorageFault) -> (any StateLock)? {
        try call(.lock, path) { () throws(StorageFault) in try real.lock(path) }
    }

    func read(_ path: String, limit: Int) throws(StorageFault) -> [UInt8]? {
        try call(.read, path) { () throws(StorageFault) in try real.read(path, limit: limit) }
    }

    func write(_ bytes: [UInt8], to path: String) throws(StorageFault) {
        func writeHalf() throws(StorageFault) { try real.write(Array(bytes.prefix(bytes.count / 2)), to: path) }
        try call(.write, path, half: writeHalf) { () throws(StorageFault) in try real.write(bytes, to: path) }
    }

    func rename(_ path: String, to newPath: String) throws(StorageFault) {
        try call(.rename, path) { () throws(StorageFault) in try real.rename(path, to: newPath) }
    }

    func remove(_ path: String) throws(StorageFault) {
        try call(.remove, path) { () throws(StorageFault) in try real.remove(path) }
    }

    func synchronizeDirectory(_ path: String) throws(StorageFault) {
        try call(.synchronizeDirectory, path) { () throws(StorageFault) in try real.synchronizeDirectory(path) }
    }
}
