import Testing
import TransparencyLog

@Suite struct ConsistencyProofTests {
    @Test("every growth of every tree up to 34 entries is proved as the RFC defines it")
    func everyGrowth() throws {
        for size in 1...34 {
            let tree = ReferenceTree(size: size)
            for old in 1...size {
                let proof = try ConsistencyProof(
                    from: UInt64(old), to: UInt64(size), hashes: tree.proof(from: old))
                try proof.verify(oldRoot: tree.root(of: old), newRoot: tree.root)
            }
        }
    }

    @Test("a tree whose older part was changed is not consistent")
    func rewritten() throws {
        for old in 1..<13 {
            let tree = ReferenceTree(size: 13)
            let proof = try ConsistencyProof(from: UInt64(old), to: 13, hashes: tree.proof(from: old))
            let other = tree.leaves[12]
            #expect(throws: ProofError.self) { try proof.verify(oldRoot: other, newRoot: tree.root) }
            #expect(throws: ProofError.self) { try proof.verify(oldRoot: tree.root(of: old), newRoot: other) }
            #expect(throws: ProofError.self) { try proof.verify(oldRoot: tree.root, newRoot: tree.root(of: old)) }
        }
    }

    @Test("a proof with any hash changed leads to another root, of the older tree or of the newer")
    func bitFlips() throws {
        let tree = ReferenceTree(size: 21)
        for old in 1..<21 {
            let hashes = tree.proof(from: old)
            for changed in hashes.indices {
                var hashes = hashes
                hashes[changed][changed % 32] ^= 0x10
                let proof = try ConsistencyProof(from: UInt64(old), to: 21, hashes: hashes)
                #expect(throws: ProofError.self) {
                    try proof.verify(oldRoot: tree.root(of: old), newRoot: tree.root)
                }
            }
        }
    }

    @Test("a proof of another length than the two sizes have is refused")
    func length() {
        let hashes = ReferenceTree(size: 7).proof(from: 3)
        #expect(throws: ProofError.wrongNumberOfHashes(found: 3, expected: 4)) {
            try ConsistencyProof(from: 3, to: 7, hashes: hashes.dropLast())
        }
        #expect(throws: ProofError.wrongNumberOfHashes(found: 5, expected: 4)) {
            try ConsistencyProof(from: 3, to: 7, hashes: hashes + [hashes[0]])
        }
        #expect(throws: ProofError.wrongNumberOfHashes(found: 1, expected: 0)) {
            try ConsistencyProof(from: 7, to: 7, hashes: [hashes[0]])
        }
    }

    @Test("a tree that shrinks, and one that was empty, prove nothing")
    func sizes() {
        #expect(throws: ProofError.shrinkingTree(from: 2, to: 1)) {
            try ConsistencyProof(from: 2, to: 1, hashes: [])
        }
        #expect(throws: ProofError.emptyTree) { try ConsistencyProof(from: 0, to: 1, hashes: []) }
        #expect(throws: ProofError.emptyTree) { try ConsistencyProof(from: 0, to: 0, hashes: []) }
    }

    @Test("a tree of the same size has to have the same root")
    func sameSize() throws {
        let tree = ReferenceTree(size: 5)
        let proof = try ConsistencyProof(from: 5, to: 5, hashes: [])
        try proof.verify(oldRoot: tree.root, newRoot: tree.root)
        #expect(throws: ProofError.otherRoot) { try proof.verify(oldRoot: tree.root, newRoot: tree.root(of: 4)) }
        #expect(throws: ProofError.wrongHashLength(found: 0)) { try proof.verify(oldRoot: [], newRoot: []) }
    }

    @Test("the largest sizes that a file can hold are told apart without a trap")
    func largestNumbers() {
        #expect(throws: ProofError.wrongNumberOfHashes(found: 0, expected: 1)) {
            try ConsistencyProof(from: 1 << 63, to: (1 << 63) + 1, hashes: [])
        }
        #expect(throws: ProofError.self) { try ConsistencyProof(from: 1, to: .max, hashes: []) }
        #expect(throws: ProofError.self) { try ConsistencyProof(from: .max - 1, to: .max, hashes: []) }
    }
}
