import OCI
import PolicyEngine
import Timestamp
import Trust

/// Made-up signatures tell signers apart and nothing else: not in which log they must be, or for which name.
extension ProbedPair {
    /// The attestors of checks that only one of the sets has, if either set asks another one too that believes one of the
    /// same signers and is not the same.
    var unprobedAttestors: [String] {
        let (before, after) = (AskedAttestor.byCheck(old, oldProbed), AskedAttestor.byCheck(new, newProbed))
        let changed =
            before.filter { after[$0.key] == nil }.flatMap(\.value)
            + after.filter { before[$0.key] == nil }.flatMap(\.value)
        var sharing: [Signer: Set<Digest>] = [:]
        for attestor in Set(before.values.joined()).union(after.values.joined()) {
            for signer in attestor.signers { sharing[signer, default: []].insert(attestor.fingerprint) }
        }
        let unprobed = changed.filter { $0.signers.contains { (sharing[$0]?.count ?? 0) > 1 } }
        return Set(unprobed.map(\.name)).sorted()
    }
}

private struct AskedAttestor: Hashable {
    let name: String
    let fingerprint: Digest
    let signers: Set<Signer>

    /// By the check that asks them: what it says, of which policy, and what they are.
    static func byCheck(_ set: LoadedPolicies, _ probed: ProbedPolicies) -> [[String]: [AskedAttestor]] {
        let attestors = zip(set.writtenAttestors, probed.signers).map {
            AskedAttestor(name: $0.name, fingerprint: $0.value.fingerprint, signers: $1)
        }
        var byCheck: [[String]: [AskedAttestor]] = [:]
        for written in set.written {
            for (check, item) in written.checks {
                let asked = check.check.attestors(at: .earliest).map(\.index).filter(attestors.indices.contains)
                    .map { attestors[$0] }
                guard !asked.isEmpty else { continue }
                byCheck[[written.name] + said(item) + asked.map { "\($0.fingerprint)" }] = asked
            }
        }
        return byCheck
    }

    /// What a check is called and tells people is not what it asks.
    private static func said(_ item: FieldValue) -> [String] {
        guard case .object(let members) = item.content else { return [] }
        return members.filter { !["name", "message"].contains($0.name) }.map { "\($0.name): \($0.value.wording)" }
            .sorted()
    }
}

extension LoadedPolicies {
    /// Whom an attestor believes by a rule, nobody can list: one made-up signer stands for them. It stays the same if the
    /// attestor is another one of the same name, since what it believes then cannot be told apart.
    ///
    /// - Returns: by fingerprints of this set those of the old one.
    func standIns(for old: LoadedPolicies) -> [Digest: Digest] {
        func unlisted(_ set: LoadedPolicies) -> [Written<any Attestor>] {
            set.writtenAttestors.filter(\.value.signers.isEmpty)
        }
        let before = unlisted(old), after = unlisted(self)
        let gone = Set(before.map(\.value.fingerprint)).subtracting(after.map(\.value.fingerprint))
        let known = Set(before.map(\.value.fingerprint))
        let goneByName = Dictionary(before.filter { gone.contains($0.value.fingerprint) }.map { ($0.name, $0.value) }) {
            first, _ in first
        }
        let pairs = after.filter { !known.contains($0.value.fingerprint) }.compactMap { written in
            goneByName[written.name].map { (written.value.fingerprint, $0.fingerprint) }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
