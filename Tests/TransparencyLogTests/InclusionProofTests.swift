import Testing
import TransparencyLog

@Suite struct InclusionProofTests {
    @Test("every entry of every tree up to 40 entries is proved by the path that the RFC defines")
    func everyEntry() throws {
        for size in 1...40 {
            let tree = ReferenceTree(size: size)
            for index in 0..<size {
                let proof = try InclusionProof(
                    index: UInt64(index), treeSize: UInt64(size), hashes: tree.path(to: index))
                try proof.verify(tree.leaves[index], root: tree.root)
            }
        }
    }

    @Test("S17: a proof for another entry, another root or another place does not hold")
    func oneFactChanged() throws {
        let tree = ReferenceTree(size: 13)
        for index in 0..<13 {
            let path = tree.path(to: index)
            let proof = try InclusionProof(index: UInt64(index), treeSize: 13, hashes: path)
            #expect(throws: ProofError.otherRoot) { try proof.verify(tree.leaves[(index + 1) % 13], root: tree.root) }
            #expect(throws: ProofError.otherRoot) { try proof.verify(tree.leaves[index], root: tree.root(of: 12)) }
            for other in 0..<13 where other != index && tree.path(to: other).count == path.count {
                let moved = try InclusionProof(index: UInt64(other), treeSize: 13, hashes: path)
                #expect(throws: ProofError.otherRoot) { try moved.verify(tree.leaves[index], root: tree.root) }
            }
        }
    }

    @Test("a proof with any bit of any hash changed does not hold")
    func bitFlips() throws {
        let tree = ReferenceTree(size: 11)
        for index in 0..<11 {
            let path = tree.path(to: index)
            for changed in path.indices {
                for bit in [0, 7, 128, 255] {
                    var hashes = path
                    hashes[changed][bit / 8] ^= 1 << UInt8(bit % 8)
                    let proof = try InclusionProof(index: UInt64(index), treeSize: 11, hashes: hashes)
                    #expect(throws: ProofError.otherRoot) { try proof.verify(tree.leaves[index], root: tree.root) }
                }
            }
        }
    }

    @Test("S17: a proof with a hash too many or too few is refused before anything is hashed")
    func length() {
        let path = ReferenceTree(size: 9).path(to: 3)
        #expect(throws: ProofError.wrongNumberOfHashes(found: 3, expected: 4)) {
            try InclusionProof(index: 3, treeSize: 9, hashes: path.dropLast())
        }
        #expect(throws: ProofError.wrongNumberOfHashes(found: 5, expected: 4)) {
            try InclusionProof(index: 3, treeSize: 9, hashes: path + [path[0]])
        }
        #expect(throws: ProofError.wrongNumberOfHashes(found: 1, expected: 0)) {
            try InclusionProof(index: 0, treeSize: 1, hashes: [path[0]])
        }
    }

    @Test("a hash that is not as long as SHA-256 makes it is refused, also that of the entry and the root")
    func hashLength() throws {
        let tree = ReferenceTree(size: 2)
        #expect(throws: ProofError.wrongHashLength(found: 31)) {
            try InclusionProof(index: 0, treeSize: 2, hashes: [Array(tree.leaves[1].dropLast())])
        }
        let proof = try InclusionProof(index: 0, treeSize: 1, hashes: [])
        #expect(throws: ProofError.wrongHashLength(found: 0)) { try proof.verify([], root: []) }
        #expect(throws: ProofError.otherRoot) { try proof.verify(tree.leaves[0], root: []) }
    }

    @Test("S17: an index beyond the tree and an empty tree are refused")
    func indexOutside() {
        #expect(throws: ProofError.indexOutsideTree(index: 2, treeSize: 2)) {
            try InclusionProof(index: 2, treeSize: 2, hashes: [])
        }
        #expect(throws: ProofError.indexOutsideTree(index: 0, treeSize: 0)) {
            try InclusionProof(index: 0, treeSize: 0, hashes: [])
        }
    }

    @Test("the largest numbers that a file can hold are told apart without a trap")
    func largestNumbers() throws {
        #expect(throws: ProofError.wrongNumberOfHashes(found: 0, expected: 63)) {
            try InclusionProof(index: .max - 1, treeSize: .max, hashes: [])
        }
        #expect(throws: ProofError.wrongNumberOfHashes(found: 0, expected: 64)) {
            try InclusionProof(index: 0, treeSize: .max, hashes: [])
        }
        let hashes = [[UInt8]](repeating: [UInt8](repeating: 7, count: 32), count: 64)
        let proof = try InclusionProof(index: 0, treeSize: .max, hashes: hashes)
        #expect(throws: ProofError.otherRoot) { try proof.verify(hashes[0], root: hashes[0]) }
    }
}
