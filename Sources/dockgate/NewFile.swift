import Glibc

/// A file that did not exist before.
enum NewFile {
    /// Creates it with exactly that mode and writes all of it; an existing one is an error, and so is a link.
    ///
    /// - Parameter name: what errors call it, if not by its path.
    static func write(
        _ content: [UInt8], to path: String, mode: mode_t, named name: String? = nil
    ) throws(UsageError) {
        let name = name ?? path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("create", name) }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw failure("set the mode of", name) }
        var rest = content[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                throw failure("write", name)
            }
        }
        guard fsync(descriptor) == 0 else { throw failure("write", name) }
    }

    private static func failure(_ what: String, _ path: String) -> UsageError {
        UsageError("cannot \(what) `\(path.printable)`: \(String(cString: strerror(errno)))")
    }
}
