import Audit
import Foundation
import Glibc
import Synchronization

/// The real disk behind a memory that a power cut loses: what was not synchronized may or may not have reached the disk,
/// block by block and name by name, in any order.
final class PowerCutStorage: Storage {
    private struct Contents {
        /// What was there at the last synchronization, and everything since; the last is what readers see.
        var versions: [[UInt8]] = [[]]
    }

    private enum Entry: Hashable {
        case directory
        case file(Int)
    }

    private struct State {
        var calls = 0
        var files: [Contents] = []
        /// What each directory holds, by name: as it was synchronized, and as it is.
        var durable: [String: [String: Entry]] = [:]
        var current: [String: [String: Entry]] = [:]
        var isHeldUp = false
        var isWaiting = false
    }

    /// One block of the disk.
    private static let blockBytes = 512

    private let real = FileStorage()
    private let lastCall: Int
    private let state = Mutex(State())

    /// - Parameter lastCall: the call, counted from 1, during which the power goes; it is never done.
    init(lastCall: Int) {
        self.lastCall = lastCall
    }

    var calls: Int { state.withLock { $0.calls } }

    /// Commits stop in front of their synchronization, so that the next one gathers.
    func holdUp(_ isHeldUp: Bool) { state.withLock { ($0.isHeldUp, $0.isWaiting) = (isHeldUp, false) } }
    /// Whether one has stopped there.
    var isWaiting: Bool { state.withLock { $0.isWaiting } }

    private func call(_ operation: StorageError.Operation, _ path: String) throws(StorageError) {
        let isOver = state.withLock { state in
            state.calls += 1
            return state.calls >= lastCall
        }
        if isOver { throw StorageError(operation, path, code: EIO) }
    }

    // MARK: - After the power is back

    /// Writes to `target` what the disk may hold below `source`, one possibility of many.
    func write(_ source: String, to target: String, using generator: inout some RandomNumberGenerator) throws {
        let state = state.withLock { $0 }
        try PowerCutStorage.write(source, of: state, to: target, using: &generator)
    }

    private static func write(
        _ source: String, of state: State, to target: String, using generator: inout some RandomNumberGenerator
    ) throws {
        let (durable, current) = (state.durable[source] ?? [:], state.current[source] ?? [:])
        for name in Set(durable.keys).union(current.keys).sorted() {
            let place = target + "/" + name
            switch Bool.random(using: &generator) ? durable[name] : current[name] {
            case .directory?:
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
                try write(source + "/" + name, of: state, to: place, using: &generator)
            case .file(let number)?:
                let bytes = blocks(of: state.files[number].versions, using: &generator)
                try Data(bytes).write(to: URL(fileURLWithPath: place))
            case nil: break
            }
        }
    }

    /// Of each block any version since the last synchronization, up to the length of any.
    private static func blocks(
        of versions: [[UInt8]], using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        guard let length = versions.randomElement(using: &generator)?.count else { return [] }
        var bytes: [UInt8] = []
        while bytes.count < length {
            let version = versions.randomElement(using: &generator) ?? []
            let block = version.dropFirst(bytes.count).prefix(blockBytes)
            bytes += block + [UInt8](repeating: 0, count: blockBytes - block.count)
        }
        return Array(bytes.prefix(length))
    }

    // MARK: - Names

    private static func split(_ path: String) -> (directory: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    func makeDirectory(_ path: String) throws(StorageError) -> Bool {
        try call(.makeDirectory, path)
        let isNew = try real.makeDirectory(path)
        if isNew {
            let (directory, name) = PowerCutStorage.split(path)
            state.withLock { $0.current[directory, default: [:]][name] = .directory }
        }
        return isNew
    }

    func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile {
        try call(.open, path)
        let file = try real.open(path, for: purpose)
        state.withLock { state in
            let (directory, name) = PowerCutStorage.split(path)
            guard state.current[directory]?[name] == nil else { return }
            state.files.append(Contents())
            state.current[directory, default: [:]][name] = .file(state.files.count - 1)
        }
        return file
    }

    func rename(_ path: String, to newPath: String) throws(StorageError) {
        try call(.rename, path)
        try real.rename(path, to: newPath)
        state.withLock { state in
            let (old, new) = (PowerCutStorage.split(path), PowerCutStorage.split(newPath))
            state.current[new.directory, default: [:]][new.name] = state.current[old.directory]?[old.name]
            state.current[old.directory]?[old.name] = nil
        }
    }

    func remove(_ path: String) throws(StorageError) {
        try call(.remove, path)
        try real.remove(path)
        state.withLock { state in
            let (directory, name) = PowerCutStorage.split(path)
            state.current[directory]?[name] = nil
        }
    }

    func synchronizeDirectory(_ path: String) throws(StorageError) {
        try call(.synchronizeDirectory, path)
        state.withLock { $0.durable[path] = $0.current[path] }
    }

    // MARK: - Bytes

    private func change(_ file: StorageFile, _ body: ([UInt8]) -> [UInt8]) {
        state.withLock { state in
            let (directory, name) = PowerCutStorage.split(file.path)
            // Evidence is renamed only after its last change.
            guard case .file(let number)? = state.current[directory]?[name],
                let last = state.files[number].versions.last
            else { return }
            state.files[number].versions.append(body(last))
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int {
        try call(.append, file.path)
        let count = try real.append(bytes, to: file)
        let added = Array(bytes.prefix(count))
        change(file) { $0 + added }
        return count
    }

    func truncate(_ file: StorageFile, to length: Int) throws(StorageError) {
        try call(.truncate, file.path)
        try real.truncate(file, to: length)
        change(file) { Array($0.prefix(length)) }
    }

    func synchronizeData(of file: StorageFile) throws(StorageError) {
        while state.withLock({ state in
            state.isWaiting = state.isHeldUp
            return state.isHeldUp
        }) { usleep(500) }
        try call(.synchronizeData, file.path)
        state.withLock { state in
            let (directory, name) = PowerCutStorage.split(file.path)
            guard case .file(let number)? = state.current[directory]?[name] else { return }
            state.files[number].versions = state.files[number].versions.suffix(1)
        }
    }

    // MARK: - What changes nothing

    func list(_ directory: String) throws(StorageError) -> [String] {
        try call(.list, directory)
        return try real.list(directory)
    }

    func lock(_ file: StorageFile) throws(StorageError) -> Bool {
        try call(.lock, file.path)
        return try real.lock(file)
    }

    func length(of file: StorageFile) throws(StorageError) -> Int {
        try call(.length, file.path)
        return try real.length(of: file)
    }

    func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        try call(.read, file.path)
        return try real.read(file, at: offset, into: buffer)
    }

    func discardCache(of file: StorageFile) throws(StorageError) {
        try call(.discardCache, file.path)
    }
}
