import Cryptography
import Glibc

/// A file that is there with all its content or as it was before.
enum WholeFile {
    /// Writes beside it, and renames. What stands there already is replaced if it is a file; a directory, a device, a pipe
    /// or a link is an error.
    static func write(_ text: String, to path: String) throws(UsageError) { try write(Array(text.utf8), to: path) }

    /// The same of bytes.
    static func write(_ bytes: [UInt8], to path: String) throws(UsageError) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw UsageError("cannot write `\(path.printable)`: it is not a regular file")
        }
        let incoming = "\(path).\(SecureRandom.bytes(8).hexadecimal).incoming"
        let mask = umask(0)
        _ = umask(mask)
        do throws(UsageError) {
            try NewFile.write(bytes, to: incoming, mode: 0o666 & ~mask, named: path)
        } catch {
            unlink(incoming)
            throw error
        }
        guard rename(incoming, path) == 0 else {
            let problem = String(cString: strerror(errno))
            unlink(incoming)
            throw UsageError("cannot write `\(path.printable)`: \(problem)")
        }
    }
}
