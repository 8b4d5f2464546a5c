/// The path from a node to the root, in two parts: as long as the right edge of the tree is another path, neighbours may
/// stand on either side; from where the two meet, every neighbour stands on the left.
struct TreePath {
    /// Bit `k` says on which side the neighbour of level `k` stands: 0 on the right, 1 on the left.
    private let index: UInt64
    /// Levels below the meeting with the right edge.
    let innerCount: Int
    /// Neighbours above it.
    private let borderCount: Int

    /// `index` is below `treeSize`.
    init(index: UInt64, treeSize: UInt64) {
        self.index = index
        innerCount = UInt64.bitWidth - (index ^ (treeSize - 1)).leadingZeroBitCount
        borderCount = innerCount < UInt64.bitWidth ? (index >> UInt64(innerCount)).nonzeroBitCount : 0
    }

    /// The same path without its lowest levels, which the node that it begins with stands above.
    init(index: UInt64, treeSize: UInt64, fromLevel level: Int) {
        let whole = TreePath(index: index, treeSize: treeSize)
        self.index = level < UInt64.bitWidth ? index >> UInt64(level) : 0
        innerCount = whole.innerCount - level
        borderCount = whole.borderCount
    }

    /// How many neighbours the path has.
    var count: Int { innerCount + borderCount }

    /// The root above `node`; there are `count` hashes.
    func root(above node: [UInt8], _ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
        var hash = node
        for (level, neighbour) in hashes.prefix(innerCount).enumerated() {
            hash = isOnRight(level) ? NodeHash.of(neighbour, hash) : NodeHash.of(hash, neighbour)
        }
        return NodeHash.root(above: hash, leftOfIt: hashes.dropFirst(innerCount))
    }

    /// The root of the tree as it was when `node` was the last on its level: without the neighbours on the right.
    func formerRoot(above node: [UInt8], _ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
        let neighbours = hashes.enumerated().lazy.filter { $0.offset >= innerCount || isOnRight($0.offset) }
        return NodeHash.root(above: node, leftOfIt: neighbours.map(\.element))
    }

    private func isOnRight(_ level: Int) -> Bool { index >> UInt64(level) & 1 == 1 }
}
