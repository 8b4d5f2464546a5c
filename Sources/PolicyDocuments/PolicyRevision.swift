import Cryptography
import OCI

/// What answers and records call the revision of the policies: a digest of everything that was read.
///
/// Two gates with the same files have the same revision, wherever their directories are, since paths are counted from the
/// policy directory.
enum PolicyRevision {
    static func digest(of files: [(path: String, bytes: [UInt8])], in directory: String) -> Digest? {
        let prefix = Array(FilePath.join(directory, "").utf8)
        let named = files.map { file in
            let path = Array(file.path.utf8)
            return (path: path.starts(with: prefix) ? Array(path.dropFirst(prefix.count)) : path, bytes: file.bytes)
        }
        var digester = SHA256Digester()
        digester.update(Array("dockgate policy revision 1\n".utf8))
        for (path, bytes) in named.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            update(&digester, with: path)
            update(&digester, with: bytes)
        }
        return Digest(algorithm: .sha256, bytes: digester.finish())
    }

    /// The length first, so that no two lists of files run together to the same bytes.
    private static func update(_ digester: inout SHA256Digester, with bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { digester.update($0) }
        digester.update(bytes)
    }
}
