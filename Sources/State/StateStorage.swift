/// The file operations that state is made of, each with one way to fail. A test can let every one of them go wrong.
public protocol StateStorage: Sendable {
    /// Creates the directory with mode 0700, unless there is one.
    func makeDirectory(_ path: String) throws(StorageFault)
    /// Takes the exclusive lock of a file, which is created with mode 0600 if need be; nil if somebody else holds it.
    func lock(_ path: String) throws(StorageFault) -> (any StateLock)?
    /// The whole content of a regular file, of which it never reads more than `limit` bytes and one. Nil if there is no
    /// such file. It never follows a symbolic link in the last component.
    func read(_ path: String, limit: Int) throws(StorageFault) -> [UInt8]?
    /// Makes a file of mode 0600 of these bytes, in place of what was there, and returns once they are on stable storage.
    /// After a fault any part of them may stand there.
    func write(_ bytes: [UInt8], to path: String) throws(StorageFault)
    /// Replaces what `newPath` names, at one moment. Not durable before `synchronizeDirectory`.
    func rename(_ path: String, to newPath: String) throws(StorageFault)
    /// Takes the name away; one that is not there is fine. Not durable before `synchronizeDirectory`.
    func remove(_ path: String) throws(StorageFault)
    /// Returns once the directory's entries are on stable storage.
    func synchronizeDirectory(_ path: String) throws(StorageFault)
}

/// Held as long as it lives, also by a process that is killed.
public protocol StateLock: Sendable {}
