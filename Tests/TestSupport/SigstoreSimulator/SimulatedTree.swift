import Cryptography

/// The Merkle tree of a log (RFC 9162 section 2.1), computed by its definition: slow, and with nothing to get wrong.
public struct SimulatedTree: Sendable {
    /// The hashes of the leaves.
    public private(set) var leaves: [[UInt8]] = []

    public init() {}

    /// Gives the index of the new leaf.
    public mutating func append(_ entry: [UInt8]) -> Int {
        leaves.append(SHA2.sha256([0] + entry))
        return leaves.count - 1
    }

    public var size: Int { leaves.count }
    public var root: [UInt8] { SimulatedTree.root(of: leaves[...]) }

    /// The inclusion proof of a leaf, the deepest sibling first (RFC 9162 section 2.1.3.1).
    public func path(to index: Int) -> [[UInt8]] { SimulatedTree.path(to: index, in: leaves[...]) }

    private static func root(of leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return leaves.first ?? SHA2.sha256([]) }
        let middle = leaves.startIndex + split(leaves.count)
        return SHA2.sha256([1] + root(of: leaves[..<middle]) + root(of: leaves[middle...]))
    }

    /// `index` is that of the slice.
    private static func path(to index: Int, in leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        return index < middle
            ? path(to: index, in: leaves[..<middle]) + [root(of: leaves[middle...])]
            : path(to: index, in: leaves[middle...]) + [root(of: leaves[..<middle])]
    }

    /// The largest power of two below the number of leaves.
    private static func split(_ count: Int) -> Int {
        var size = 1
        while size * 2 < count { size *= 2 }
        return size
    }
}
