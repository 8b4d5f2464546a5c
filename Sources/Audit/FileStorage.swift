internal import Glibc

/// The real disk.
public struct FileStorage: Storage {
    private static let directoryMode: mode_t = 0o700
    private static let fileMode: mode_t = 0o600

    /// It has no state: two of them are the same disk.
    public init() {}

    public func makeDirectory(_ path: String) throws(StorageError) -> Bool {
        if mkdir(path, FileStorage.directoryMode) == 0 { return true }
        let code = errno
        guard code == EEXIST else { throw StorageError(.makeDirectory, path, code: code) }
        return false
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        guard let stream = opendir(directory) else { throw StorageError(.list, directory, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw StorageError(.list, directory, code: errno) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    public func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile {
        // O_NONBLOCK: a pipe that somebody put in a segment's place must not make a verification wait.
        let common = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let flags =
            switch purpose {
            case .reading: O_RDONLY
            case .appendingToNew: O_RDWR | O_APPEND | O_CREAT | O_EXCL
            case .appendingToExisting: O_RDWR | O_APPEND
            case .locking: O_RDWR | O_APPEND | O_CREAT
            }
        let descriptor = Glibc.open(path, common | flags, FileStorage.fileMode)
        guard descriptor >= 0 else { throw StorageError(.open, path, code: errno) }
        let file = StorageFile(adopting: descriptor, path: path)
        guard try status(of: file, .open).st_mode & S_IFMT == S_IFREG else {
            throw StorageError(.open, path, code: EINVAL)
        }
        return file
    }

    public func lock(_ file: StorageFile) throws(StorageError) -> Bool {
        if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        let code = errno
        guard code == EWOULDBLOCK else { throw StorageError(.lock, file.path, code: code) }
        return false
    }

    public func length(of file: StorageFile) throws(StorageError) -> Int {
        Int(try status(of: file, .length).st_size)
    }

    public func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        let count = pread(file.descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw StorageError(.read, file.path, code: errno) }
        return count
    }

    public func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int {
        let count = write(file.descriptor, bytes.baseAddress, bytes.count)
        guard count >= 0 else { throw StorageError(.append, file.path, code: errno) }
        return count
    }

    public func synchronizeData(of file: StorageFile) throws(StorageError) {
        guard fdatasync(file.descriptor) == 0 else {
            throw StorageError(.synchronizeData, file.path, code: errno)
        }
    }

    public func truncate(_ file: StorageFile, to length: Int) throws(StorageError) {
        guard ftruncate(file.descriptor, off_t(length)) == 0 else {
            throw StorageError(.truncate, file.path, code: errno)
        }
    }

    public func discardCache(of file: StorageFile) throws(StorageError) {
        let code = posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        guard code == 0 else { throw StorageError(.discardCache, file.path, code: code) }
    }

    public func rename(_ path: String, to newPath: String) throws(StorageError) {
        guard Glibc.rename(path, newPath) == 0 else { throw StorageError(.rename, path, code: errno) }
    }

    public func remove(_ path: String) throws(StorageError) {
        guard unlink(path) == 0 else { throw StorageError(.remove, path, code: errno) }
    }

    public func synchronizeDirectory(_ path: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(.synchronizeDirectory, path, code: errno) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError(.synchronizeDirectory, path, code: errno) }
    }

    private func status(of file: StorageFile, _ operation: StorageError.Operation) throws(StorageError) -> stat {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else {
            throw StorageError(operation, file.path, code: errno)
        }
        return status
    }
}
