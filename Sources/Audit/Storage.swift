/// The file operations that the log is made of.
///
/// Each requirement is one system call: it may be interrupted, and it may read or write less than it was asked to.
/// What to do then is decided above, in one place, where a storage that fails on purpose can test it.
public protocol Storage: Sendable {
    /// Creates the directory with mode 0700 and answers true, or answers false if there already is one.
    func makeDirectory(_ path: String) throws(StorageError) -> Bool
    /// The names in a directory, without `.` and `..`, in no order.
    func list(_ directory: String) throws(StorageError) -> [String]
    /// Opens a regular file. It never follows a symbolic link in the last component.
    func open(_ path: String, for purpose: OpenPurpose) throws(StorageError) -> StorageFile
    /// Takes the exclusive lock, which lives as long as `file`; false if somebody else holds it.
    func lock(_ file: StorageFile) throws(StorageError) -> Bool
    /// In bytes.
    func length(of file: StorageFile) throws(StorageError) -> Int
    /// Answers how many bytes were read; 0 at the end of the file.
    func read(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int
    /// Writes at the end of the file and answers how many bytes were taken.
    func append(_ bytes: UnsafeRawBufferPointer, to file: StorageFile) throws(StorageError) -> Int
    /// Returns once the file's bytes and its length are on stable storage.
    func synchronizeData(of file: StorageFile) throws(StorageError)
    /// Cuts the file off after `length` bytes. Not durable before `synchronizeData`.
    func truncate(_ file: StorageFile, to length: Int) throws(StorageError)
    /// Lets the kernel forget what it has cached of the file, so that the next read shows what the disk holds.
    func discardCache(of file: StorageFile) throws(StorageError)
    /// Replaces what `newPath` names, at one moment. Not durable before `synchronizeDirectory`.
    func rename(_ path: String, to newPath: String) throws(StorageError)
    /// Takes the name away. Not durable before `synchronizeDirectory`.
    func remove(_ path: String) throws(StorageError)
    /// Returns once the directory's entries are on stable storage.
    func synchronizeDirectory(_ path: String) throws(StorageError)
}

/// What a file is opened for: each purpose is one set of flags.
public enum OpenPurpose: Hashable, Sendable {
    /// A file that is not there is the error ENOENT.
    case reading
    /// Creates the file with mode 0600; one that exists already is the error EEXIST.
    case appendingToNew
    /// Reads too: a log is checked before it is continued.
    case appendingToExisting
    /// Creates the file with mode 0600 if need be.
    case locking
}
