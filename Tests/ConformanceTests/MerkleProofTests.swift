import Cryptography
import StrictJSON
import Testing
import TransparencyLog

/// transparency-dev/merkle: proofs of inclusion and consistency, sound and with one thing changed.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct MerkleProofTests {
    @Test("proofs about trees are told apart as transparency-dev tells them apart")
    func cases() async throws {
        try await ConformanceSuite("merkle-proofs").run { test in
            let vector = try JSONDocument(parsing: try test.file("vector")).root
            do throws(ProofError) {
                switch test.kind {
                case "merkle-inclusion": try verifyInclusion(vector)
                default: try verifyConsistency(vector)
                }
                return .accepted
            } catch { return .refused(error.description) }
        }
    }

    private func verifyInclusion(_ vector: JSONValue) throws(ProofError) {
        let proof = try InclusionProof(
            index: number(vector["leafIdx"]), treeSize: number(vector["treeSize"]), hashes: hashes(vector["proof"]))
        try proof.verify(bytes(vector["leafHash"]), root: bytes(vector["root"]))
    }

    private func verifyConsistency(_ vector: JSONValue) throws(ProofError) {
        let proof = try ConsistencyProof(
            from: number(vector["size1"]), to: number(vector["size2"]), hashes: hashes(vector["proof"]))
        try proof.verify(oldRoot: bytes(vector["root1"]), newRoot: bytes(vector["root2"]))
    }

    private func number(_ value: JSONValue?) -> UInt64 {
        guard let number = value?.numberText.flatMap({ UInt64($0) }) else {
            Issue.record("a vector without a number")
            return 0
        }
        return number
    }

    private func hashes(_ value: JSONValue?) -> [[UInt8]] { value?.elements.map { bytes($0) } ?? [] }

    private func bytes(_ value: JSONValue?) -> [UInt8] {
        guard let bytes = value?.stringUTF8.flatMap({ Base64.decode($0) }) else {
            Issue.record("a vector with a hash that is not base64")
            return []
        }
        return bytes
    }
}
