import Glibc

/// Makes sure that one process writes a log at a time.
enum WriterLock {
    /// A process id has at most seven digits on Linux.
    private static let maximumHolderBytes = 16

    /// Takes the lock, which is held as long as the answer lives, also by a process that is killed. Throws `.locked`.
    static func take(_ path: String, in storage: any Storage) throws(AuditError) -> StorageFile {
        let file = try storage.attempt { () throws(StorageError) in try storage.open(path, for: .locking) }
        guard try storage.attempt({ () throws(StorageError) in try storage.lock(file) }) else {
            throw .locked(path: path, holder: holder(namedIn: file, storage))
        }
        // The name is for whoever is refused. A full disk that does not take it is no reason not to start: the lock
        // holds without it.
        do throws(StorageError) {
            try storage.truncate(file, to: 0)
            try storage.appendAll(Array("\(getpid())\n".utf8), to: file)
        } catch {}
        return file
    }

    private static func holder(namedIn file: StorageFile, _ storage: any Storage) -> Int? {
        guard let bytes = try? storage.bytes(of: file, at: 0, count: maximumHolderBytes) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != RecordLine.separator }, as: UTF8.self))
    }
}
