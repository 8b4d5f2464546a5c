/// Where a gate keeps what it remembers between runs: a few small files, all of them safe to lose.
///
///     <directory>/lock      held while this object lives
///     <directory>/<name>    one file for each thing that is remembered
///
/// One process keeps its state in a directory; a file has one writer.
public final class StateDirectory: Sendable {
    private let path: String
    private let storage: any StateStorage
    private let lock: any StateLock

    /// Opens the directory, which is created if need be; the one above it must exist. Throws `.locked` if another process
    /// keeps its state there, `.storage` if the disk refuses.
    public static func open(
        _ path: String, storage: any StateStorage = DiskStateStorage()
    ) throws(StateError) -> StateDirectory {
        let lock: (any StateLock)?
        do throws(StorageFault) {
            try storage.makeDirectory(path)
            lock = try storage.lock(path + "/lock")
        } catch {
            throw .storage(error)
        }
        guard let lock else { throw .locked(path) }
        return StateDirectory(path, storage, lock)
    }

    private init(_ path: String, _ storage: any StateStorage, _ lock: any StateLock) {
        self.path = path
        self.storage = storage
        self.lock = lock
    }

    /// A file of this directory.
    ///
    /// - Parameters:
    ///   - name: letters, digits and `-`: what it holds.
    ///   - version: of what it holds. A file of another one is not read.
    ///   - maximumBytes: of what it holds. A longer one is neither read nor written.
    public func file(_ name: StaticString, version: Int, maximumBytes: Int) -> StateFile {
        StateFile(name.description, version: version, maximumBytes: maximumBytes, in: self)
    }

    // MARK: - What a file needs

    func read(_ name: String, limit: Int) throws(StorageFault) -> [UInt8]? {
        try storage.read(path + "/" + name, limit: limit)
    }

    /// The old content or the new one stands there at every moment, whatever happens meanwhile.
    func replace(_ name: String, with bytes: [UInt8]) throws(StorageFault) {
        let new = path + "/" + name + ".new"
        do throws(StorageFault) {
            try storage.write(bytes, to: new)
            try storage.rename(new, to: path + "/" + name)
        } catch {
            // A part of it is of no use, and takes space that may be what is lacking. The next one overwrites it anyhow.
            do { try storage.remove(new) } catch {}
            throw error
        }
        try storage.synchronizeDirectory(path)
    }

    func remove(_ name: String) throws(StorageFault) {
        try storage.remove(path + "/" + name)
        try storage.synchronizeDirectory(path)
    }
}
