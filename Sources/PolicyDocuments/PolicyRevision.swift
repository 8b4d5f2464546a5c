import OCI
import Trust

/// What answers and records call the revision of the policies: a digest of everything that was read.
///
/// Two gates with the same files, and the same material of mirrors, have the same revision, wherever their directories are, since paths are counted from the
/// policy directory.
enum PolicyRevision {
    /// SHA-256 over, for each file in the order of its path's bytes: the path's length and the path, the content's length
    /// and its SHA-256. Lengths are 8 bytes, big end first, so no two lists of files run together to the same bytes.
    /// A target of a mirror counts as a file with a name that no file has.
    static func digest(
        of files: [(path: String, bytes: [UInt8])], in directory: String,
        with materials: [MirroredTarget: MirroredMaterial] = [:]
    ) -> Digest {
        let named =
            files.map { file in
                (path: Array(FilePath.relative(file.path, to: directory).utf8), bytes: file.bytes)
            } + materials.map { target, material in (path: target.name, bytes: material.encoded) }
        var content = Array("dockgate policy revision 1\n".utf8)
        for (path, bytes) in named.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
            content += bigEndian(path.count) + path
            content += bigEndian(bytes.count) + Digest.sha256(of: bytes).bytes
        }
        return Digest.sha256(of: content)
    }

    private static func bigEndian(_ count: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt64(count).bigEndian) { Array($0) }
    }
}
