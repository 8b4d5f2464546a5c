/// Proof that an entry is in a tree (RFC 9162 section 2.1.3): the hashes of what stands beside the path from the entry to
/// the root, the lowest first.
public struct InclusionProof: Hashable, Sendable {
    /// The place of the entry in this tree, from 0. Of a log in several shards it is not the index of the entry in the log.
    public let index: UInt64
    /// The number of entries of the tree, at least one.
    public let treeSize: UInt64
    /// As many hashes as a path from that place has neighbours.
    public let hashes: [[UInt8]]

    /// Throws `ProofError` unless the tree has such an entry, and `hashes` are as many and as long as they have to be: a
    /// proof that is too long is refused before anything is hashed.
    public init(index: UInt64, treeSize: UInt64, hashes: [[UInt8]]) throws(ProofError) {
        guard index < treeSize else { throw .indexOutsideTree(index: index, treeSize: treeSize) }
        let path = TreePath(index: index, treeSize: treeSize)
        guard hashes.count == path.count else {
            throw .wrongNumberOfHashes(found: hashes.count, expected: path.count)
        }
        try ProofError.check(hashes)
        self.index = index
        self.treeSize = treeSize
        self.hashes = hashes
    }

    /// The root of the tree in which an entry of this hash stands at `index`.
    ///
    /// Throws `wrongHashLength` if `leafHash` is none of `LeafHash`.
    public func root(of leafHash: [UInt8]) throws(ProofError) -> [UInt8] {
        try ProofError.check([leafHash])
        let path = TreePath(index: index, treeSize: treeSize)
        return path.root(above: leafHash, hashes[...])
    }

    /// Throws `otherRoot` unless the entry stands in the tree of that root.
    public func verify(_ leafHash: [UInt8], root: [UInt8]) throws(ProofError) {
        guard try self.root(of: leafHash) == root else { throw .otherRoot }
    }
}
