/// Proof that a tree has only grown (RFC 9162 section 2.1.4): everything that was in the old one is in the new one, in the
/// same place.
public struct ConsistencyProof: Hashable, Sendable {
    /// The number of entries of the older tree, at least one.
    public let oldSize: UInt64
    /// The number of entries of the newer tree.
    public let newSize: UInt64
    /// None if both are the same tree.
    public let hashes: [[UInt8]]

    /// Throws `ProofError` for an empty old tree, one that shrinks, and hashes that are not as many and as long as they have
    /// to be.
    public init(from oldSize: UInt64, to newSize: UInt64, hashes: [[UInt8]]) throws(ProofError) {
        guard oldSize > 0 else { throw .emptyTree }
        guard oldSize <= newSize else { throw .shrinkingTree(from: oldSize, to: newSize) }
        let expected = ConsistencyProof.count(oldSize, newSize)
        guard hashes.count == expected else { throw .wrongNumberOfHashes(found: hashes.count, expected: expected) }
        try ProofError.check(hashes)
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Throws `otherOldRoot` or `otherRoot` unless the proof leads to both.
    public func verify(oldRoot: [UInt8], newRoot: [UInt8]) throws(ProofError) {
        try ProofError.check([oldRoot, newRoot])
        guard oldSize < newSize else {
            guard oldRoot == newRoot else { throw .otherRoot }
            return
        }
        let path = ConsistencyProof.path(oldSize, newSize)
        // A whole old tree is itself the node at which the path begins, and is left out of the proof.
        let isWhole = ConsistencyProof.isWhole(oldSize)
        let seed = isWhole ? oldRoot : hashes.first ?? oldRoot
        let neighbours = isWhole ? hashes[...] : hashes.dropFirst()
        guard path.formerRoot(above: seed, neighbours) == oldRoot else { throw .otherOldRoot }
        guard path.root(above: seed, neighbours) == newRoot else { throw .otherRoot }
    }

    private static func count(_ oldSize: UInt64, _ newSize: UInt64) -> Int {
        guard oldSize < newSize else { return 0 }
        return path(oldSize, newSize).count + (isWhole(oldSize) ? 0 : 1)
    }

    /// From the largest whole tree at the end of the old one to the root of the new one.
    private static func path(_ oldSize: UInt64, _ newSize: UInt64) -> TreePath {
        TreePath(index: oldSize - 1, treeSize: newSize, fromLevel: oldSize.trailingZeroBitCount)
    }

    /// A tree of which all paths are equally long.
    private static func isWhole(_ size: UInt64) -> Bool { size.nonzeroBitCount == 1 }
}
