internal import Glibc

/// The real disk.
public struct DiskStateStorage: StateStorage {
    private static let directoryMode: mode_t = 0o700
    private static let fileMode: mode_t = 0o600
    // O_NONBLOCK: a pipe that somebody put in a file's place must not make the gate wait.
    private static let commonFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK

    /// It has no state: two of them are the same disk.
    public init() {}

    public func makeDirectory(_ path: String) throws(StorageFault) {
        guard mkdir(path, DiskStateStorage.directoryMode) == 0 || errno == EEXIST else {
            throw StorageFault(.makeDirectory, path, code: errno)
        }
    }

    public func lock(_ path: String) throws(StorageFault) -> (any StateLock)? {
        let file = try open(path, O_RDWR | O_CREAT, .lock)
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return file }
        guard errno == EWOULDBLOCK else { throw StorageFault(.lock, path, code: errno) }
        return nil
    }

    public func read(_ path: String, limit: Int) throws(StorageFault) -> [UInt8]? {
        let file: Descriptor
        do throws(StorageFault) {
            file = try open(path, O_RDONLY, .read)
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while content.count <= limit {
            let count = Glibc.read(file.number, &chunk, min(chunk.count, limit + 1 - content.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw StorageFault(.read, path, code: errno) }
            guard count > 0 else { break }
            content += chunk.prefix(count)
        }
        return content
    }

    public func write(_ bytes: [UInt8], to path: String) throws(StorageFault) {
        let file = try open(path, O_WRONLY | O_CREAT | O_TRUNC, .write)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Glibc.write(file.number, rest.baseAddress, rest.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StorageFault(.write, path, code: count < 0 ? errno : EIO) }
            written += count
        }
        while fdatasync(file.number) != 0 {
            // The wait was cut short, not the writing. Any other error is final for this file, which is then given up.
            guard errno == EINTR else { throw StorageFault(.write, path, code: errno) }
        }
    }

    public func rename(_ path: String, to newPath: String) throws(StorageFault) {
        guard Glibc.rename(path, newPath) == 0 else { throw StorageFault(.rename, path, code: errno) }
    }

    public func remove(_ path: String) throws(StorageFault) {
        guard unlink(path) == 0 || errno == ENOENT else { throw StorageFault(.remove, path, code: errno) }
    }

    public func synchronizeDirectory(_ path: String) throws(StorageFault) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageFault(.synchronizeDirectory, path, code: errno) }
        let directory = Descriptor(adopting: descriptor)
        while fsync(directory.number) != 0 {
            guard errno == EINTR else { throw StorageFault(.synchronizeDirectory, path, code: errno) }
        }
    }

    /// Opens a regular file, and nothing else.
    private func open(
        _ path: String, _ flags: Int32, _ operation: StorageFault.Operation
    ) throws(StorageFault) -> Descriptor {
        let descriptor = Glibc.open(path, DiskStateStorage.commonFlags | flags, DiskStateStorage.fileMode)
        guard descriptor >= 0 else { throw StorageFault(operation, path, code: errno) }
        let file = Descriptor(adopting: descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageFault(operation, path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StorageFault(operation, path, code: EINVAL) }
        return file
    }
}

/// An open file, closed with its last reference, and with it its lock. What matters was synchronized before, so what
/// `close` says is of no interest.
private final class Descriptor: StateLock {
    let number: Int32

    init(adopting number: Int32) { self.number = number }

    /// A child process may hold a copy of the descriptor for a moment, and with it the lock, unless that is let go of
    /// first.
    deinit {
        _ = flock(number, LOCK_UN)
        _ = close(number)
    }
}
