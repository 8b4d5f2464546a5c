import Cryptography

/// The hash of an inner node of the tree (RFC 6962 section 2.1): SHA-256 over a one and the hashes of its two children.
public enum NodeHash {
    /// The length of each hash of a tree, in bytes.
    public static let length = 32

    /// The 32 bytes of the hash of the node above `left` and `right`.
    public static func of(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var digester = SHA256Digester()
        digester.update(0x01)
        digester.update(left)
        digester.update(right)
        return digester.finish()
    }

    /// The root above `seed` when each hash of `path` that joins it on the way up stands on the left of it.
    static func root(above seed: [UInt8], leftOfIt path: some Sequence<[UInt8]>) -> [UInt8] {
        path.reduce(seed) { of($1, $0) }
    }
}
