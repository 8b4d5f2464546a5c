import Cryptography

/// The tree, its paths and its proofs, word by word as RFC 9162 section 2.1 defines them by recursion.
struct ReferenceTree {
    let leaves: [[UInt8]]

    init(size: Int) {
        leaves = (0..<size).map { SHA2.sha256([0x00] + Array("entry \($0)".utf8)) }
    }

    var root: [UInt8] { root(leaves[...]) }

    /// MTH of the first `size` leaves.
    func root(of size: Int) -> [UInt8] { root(leaves[..<size]) }

    /// PATH(index, leaves).
    func path(to index: Int) -> [[UInt8]] { path(to: index, leaves[...]) }

    /// PROOF(size, leaves).
    func proof(from size: Int) -> [[UInt8]] { subproof(size, leaves[...], isComplete: true) }

    private func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return leaves.first ?? SHA2.sha256([]) }
        let (left, right) = halves(leaves)
        return SHA2.sha256([0x01] + root(left) + root(right))
    }

    private func path(to index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let (left, right) = halves(leaves)
        return index < left.count
            ? path(to: index, left) + [root(right)] : path(to: index - left.count, right) + [root(left)]
    }

    private func subproof(_ size: Int, _ leaves: ArraySlice<[UInt8]>, isComplete: Bool) -> [[UInt8]] {
        guard size < leaves.count else { return isComplete ? [] : [root(leaves)] }
        let (left, right) = halves(leaves)
        return size <= left.count
            ? subproof(size, left, isComplete: isComplete) + [root(right)]
            : subproof(size - left.count, right, isComplete: false) + [root(left)]
    }

    /// The left half holds the largest power of two that is less than all.
    private func halves(_ leaves: ArraySlice<[UInt8]>) -> (ArraySlice<[UInt8]>, ArraySlice<[UInt8]>) {
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        return (leaves.prefix(half), leaves.dropFirst(half))
    }
}
