/// Why a proof about a tree does not hold.
public enum ProofError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The tree has no entry of that index.
    case indexOutsideTree(index: UInt64, treeSize: UInt64)
    /// A tree that is to have grown has become smaller.
    case shrinkingTree(from: UInt64, to: UInt64)
    /// Nothing can be proved about an empty tree (RFC 9162 section 2.1.4.1 asks for an old tree of at least one entry).
    case emptyTree
    /// A proof about trees of these sizes has one length.
    case wrongNumberOfHashes(found: Int, expected: Int)
    /// A hash that is not as long as SHA-256 makes it.
    case wrongHashLength(found: Int)
    /// The proof leads to another root.
    case otherRoot
    /// The proof leads to another root of the older of the two trees.
    case otherOldRoot
    /// The checkpoint is of a tree of another size than the proof.
    case otherTreeSize(proof: UInt64, checkpoint: UInt64)

    public var description: String {
        switch self {
        case .indexOutsideTree(let index, let size):
            "found a proof for entry \(index) of a tree of \(size) entries, expected an index below that"
        case .shrinkingTree(let from, let to):
            "found a proof from a tree of \(from) entries to one of \(to), expected one that has not shrunk"
        case .emptyTree: "found a proof about an empty tree, expected at least one entry"
        case .wrongNumberOfHashes(let found, let expected):
            "found \(found) hashes in the proof, expected \(expected) for a tree of this size"
        case .wrongHashLength(let found): "found a hash of \(found) bytes, expected \(NodeHash.length)"
        case .otherRoot: "the proof leads to another root hash than the log has signed"
        case .otherOldRoot: "the proof leads to another root hash of the older tree"
        case .otherTreeSize(let proof, let checkpoint):
            "found a proof for a tree of \(proof) entries and a checkpoint of one of \(checkpoint), expected the same tree"
        }
    }

    /// Throws `wrongHashLength` unless all of them are hashes of a tree.
    static func check(_ hashes: [[UInt8]]) throws(ProofError) {
        for hash in hashes where hash.count != NodeHash.length { throw .wrongHashLength(found: hash.count) }
    }
}
