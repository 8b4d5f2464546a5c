import Trust

/// How much of a demand the signers of an image satisfy if none of them counts twice.
///
/// Each choice of the groups that ask for more than one signer is tried, of which there are few; within a choice it is a
/// flow from groups over attestors to signers, found by augmenting paths. Once the chosen groups have all their signers,
/// they keep as many whatever is added, so the entries that ask for one signer are added one by one.
struct SignerSets {
    private let demand: SignatureDemand
    private let signers: [Signer?]
    /// The places in `signers` of those who can stand for each attestor.
    private let signersOfLeaf: [[Int]]

    /// How many entries are satisfied at the most, and by whom if that is enough.
    struct Result {
        var count = 0
        var signers: [Signer]?
    }

    /// - Parameters:
    ///   - found: the signers that each attestor of the demand believes.
    ///   - strangers: the attestors for which also somebody may stand whom nobody else knows.
    init(_ found: [[Signer]], of demand: SignatureDemand, strangers: [Bool]? = nil) {
        self.demand = demand
        var known: [Signer: Int] = [:]
        var signers: [Signer?] = []
        signersOfLeaf = found.indices.map { leaf in
            var places: [Int] = []
            for signer in found[leaf] {
                let place = known[signer] ?? signers.count
                if place == signers.count { signers.append(signer) }
                known[signer] = place
                places.append(place)
            }
            if strangers?[leaf] == true {
                places.append(signers.count)
                signers.append(nil)
            }
            return places
        }
        self.signers = signers
    }

    func satisfy() -> Result {
        let large = demand.groups.indices.filter { demand.groups[$0].needed > 1 }
        let small = demand.groups.indices.filter { demand.groups[$0].needed == 1 }
        var best = Result()
        for choice in (0..<(1 << min(large.count, SignatureDemand.maximumNested))).reversed() {
            let chosen = large.indices.filter { choice >> $0 & 1 == 1 }.map { large[$0] }
            guard chosen.count <= demand.needed, let attempt = attempt(chosen, and: small) else { continue }
            if attempt.signers != nil { return attempt }
            best.count = max(best.count, attempt.count)
        }
        return best
    }

    /// Nil if the chosen groups cannot be satisfied at once.
    private func attempt(_ chosen: [Int], and small: [Int]) -> Result? {
        var assignment = Assignment(demand.groups, signersOfLeaf, signers: signers.count)
        for group in chosen {
            for _ in 0..<demand.groups[group].needed where !assignment.addSigner(to: group) { return nil }
        }
        let count = chosen.count + small.count { assignment.addSigner(to: $0) }
        guard count >= demand.needed else { return Result(count: count) }
        return Result(count: count, signers: assignment.signerOfLeaf.compactMap { $0.flatMap { signers[$0] } })
    }
}

/// Who stands for which attestor: a signer for one at the most, and one signer for each.
private struct Assignment {
    private let groups: [SignatureDemand.Group]
    private let groupOfLeaf: [Int]
    private let signersOfLeaf: [[Int]]
    private(set) var signerOfLeaf: [Int?]
    private var leafOfSigner: [Int?]
    /// What the path that is being looked for has been at.
    private var seenSigners: [Bool] = []
    private var seenLeaves: [Bool] = []

    init(_ groups: [SignatureDemand.Group], _ signersOfLeaf: [[Int]], signers: Int) {
        self.groups = groups
        self.signersOfLeaf = signersOfLeaf
        groupOfLeaf = groups.indices.flatMap { Array(repeating: $0, count: groups[$0].leaves.count) }
        signerOfLeaf = Array(repeating: nil, count: signersOfLeaf.count)
        leafOfSigner = Array(repeating: nil, count: signers)
    }

    /// Whether one more attestor of the group has a signer afterwards; all groups keep as many as they had.
    mutating func addSigner(to group: Int) -> Bool {
        seenSigners = Array(repeating: false, count: leafOfSigner.count)
        seenLeaves = Array(repeating: false, count: signerOfLeaf.count)
        return addLeaf(of: group)
    }

    private mutating func addLeaf(of group: Int) -> Bool {
        for leaf in groups[group].leaves where signerOfLeaf[leaf] == nil && !seenLeaves[leaf] {
            seenLeaves[leaf] = true
            if findSigner(for: leaf) { return true }
        }
        return false
    }

    private mutating func findSigner(for leaf: Int) -> Bool {
        for signer in signersOfLeaf[leaf] where !seenSigners[signer] {
            seenSigners[signer] = true
            if let other = leafOfSigner[signer], !release(other) { continue }
            leafOfSigner[signer] = leaf
            signerOfLeaf[leaf] = signer
            return true
        }
        return false
    }

    /// Frees the signer of an attestor: another signer stands for it, or another attestor of its group.
    private mutating func release(_ leaf: Int) -> Bool {
        guard !seenLeaves[leaf] else { return false }
        seenLeaves[leaf] = true
        if findSigner(for: leaf) { return true }
        guard addLeaf(of: groupOfLeaf[leaf]) else { return false }
        signerOfLeaf[leaf] = nil
        return true
    }
}
