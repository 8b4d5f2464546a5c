import Cryptography
public import Timestamp

extension LogLie {
    /// Before anything is logged.
    func bend(_ rekor: inout SimulatedRekor) throws {
        if self == .strangeLog { rekor = try SimulatedRekor(rekor.version, host: rekor.host) }
    }

    /// After everything is logged.
    func bend(_ entries: inout [LoggedEntry]) {
        if self == .repeatedEntry { entries += entries }
    }

    /// After the entry is logged; what the log still has to say about it, it says about the changed one.
    public func bend(_ entry: inout LoggedEntry, in log: SimulatedRekor, at time: Instant) throws {
        switch self {
        case .otherLogID: entry.logID[0] ^= 1
        case .otherKind: entry.kind = "rekord"
        case .promiseByOtherKey: entry.promise = try log.promise(for: entry, by: PrivateKey.generate(.ecdsaP256))
        case .promiseOverOtherBody:
            var other = entry
            other.body.append(UInt8(ascii: " "))
            entry.promise = try log.promise(for: other)
        case .otherTime: entry.integratedTime = entry.integratedTime.map { $0 + 1 }
        case .otherIndex: entry.logIndex += 1
        case .promiseMissing, .noProvenTime: entry.promise = nil
        case .beforeCertificate, .afterCertificate:
            entry.integratedTime = entry.integratedTime.map { $0 + (self == .beforeCertificate ? -60 : 660) }
            entry.promise = try log.promise(for: entry)
        case .proofMissing: entry.proof = nil
        case .indexesDisagree: entry.logIndex += 1
        case .strangeLog, .repeatedEntry: break
        default:
            guard var proof = entry.proof else { return }
            bend(&proof, in: log)
            var checkpoint = try log.checkpoint(at: time)
            if try bend(&checkpoint) { proof.checkpoint = try checkpoint.signed() }
            entry.proof = proof
        }
    }

    private func bend(_ proof: inout LoggedEntry.Proof, in log: SimulatedRekor) {
        switch self {
        case .proofOfOtherLeaf: proof.hashes = log.tree.path(to: proof.logIndex - 1)
        case .otherHash: proof.hashes[0][0] ^= 1
        case .tooFewHashes: proof.hashes.removeLast()
        case .tooManyHashes: proof.hashes.append(proof.rootHash)
        case .indexBeyondTree: proof.logIndex = proof.treeSize
        case .emptyTree: proof.treeSize = 0
        case .otherRootHash: proof.rootHash[0] ^= 1
        case .otherTreeSize: proof.treeSize += 1
        case .checkpointMissing: proof.checkpoint = nil
        default: break
        }
    }

    /// Whether it changed anything.
    private func bend(_ checkpoint: inout CheckpointDraft) throws -> Bool {
        switch self {
        case .checkpointOfOtherTree:
            var other = SimulatedTree()
            for number in 0..<5 { _ = other.append([UInt8(number)]) }
            (checkpoint.size, checkpoint.rootHash) = (String(other.size), other.root)
        case .checkpointWithOtherRoot: checkpoint.rootHash[0] ^= 1
        case .checkpointWithOtherSize: checkpoint.size += "0"
        case .checkpointByOtherKey:
            let key = checkpoint.signers.last?.key
            let other = try PrivateKey.generate(key?.algorithm ?? .ecdsaP256)
            checkpoint.signers = checkpoint.signers.map { NoteSigner(name: $0.name, keyID: $0.keyID, key: other) }
        case .checkpointByStranger:
            checkpoint.signers = [.rekorV1(try PrivateKey.generate(.ecdsaP256), name: "stranger.example")]
        case .checkpointOfOtherOrigin: checkpoint.origin = "other." + checkpoint.origin
        case .checkpointUnsigned: checkpoint.signers = []
        case .checkpointWithLeadingZero: checkpoint.size = "0" + checkpoint.size
        case .checkpointWithPlus: checkpoint.size = "+" + checkpoint.size
        case .checkpointWithoutBlankLine: checkpoint.separator = ""
        default: return false
        }
        return true
    }
}
