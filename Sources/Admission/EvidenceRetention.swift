import OCI
import Timestamp
import Trust

/// Sees to it that evidence is on stable storage before anything is decided on it, and that what strangers can bring about
/// does not fill the disk.
///
/// What is new is counted, by the hour: what a believed signer had a hand in apart from all else, so that nobody can crowd
/// it out. Beyond that nothing more is kept until time has gone by, and decisions go on: evidence shows later how a decision
/// came about, and does not make it right.
final class EvidenceRetention: Sendable {
    private let keeper: any EvidenceKeeper
    private let diskThreads = DiskThreads()
    private let signed: EvidenceQuota
    private let others: EvidenceQuota
    /// Digests of what was kept, which costs nothing to keep again.
    private let known = ShardedCache<Digest, Void>(maximumCost: 65_536)

    /// A new image brings some ten KiB, so this is some thousands of new images an hour.
    static let bytesPerHour = 32 * 1_024 * 1_024
    private static let remembered = Duration.seconds(24 * 3_600)

    init(_ keeper: any EvidenceKeeper, bytesPerHour: Int = EvidenceRetention.bytesPerHour) {
        self.keeper = keeper
        signed = EvidenceQuota(bytesPerHour: bytesPerHour)
        others = EvidenceQuota(bytesPerHour: bytesPerHour)
    }

    /// The names of what was kept: all of it, or nothing beyond the quota; nil if it could not be kept.
    func keep(_ evidence: DecisiveEvidence, at now: Instant) async -> [Digest]? {
        var named: [(digest: Digest, content: Fetched.Content)] = []
        for content in evidence.contents {
            // Evidence is named by its SHA-256, whichever digest it was asked for by.
            let digest = content.digest.algorithm == .sha256 ? content.digest : .sha256(of: content.bytes)
            if !named.contains(where: { $0.digest == digest }) { named.append((digest, content)) }
        }
        guard !named.isEmpty else { return [] }
        let new = named.filter { known.value(for: $0.digest, at: now) == nil }
        let quota = evidence.isSigned ? signed : others
        guard quota.take(new.reduce(0) { $0 + $1.content.bytes.count }, at: now) else { return [] }
        let contents = named.map(\.content)
        let isKept = await diskThreads.run { [keeper] in contents.allSatisfy(keeper.keep) }
        guard isKept == true else { return nil }
        for (digest, _) in new { known.insert((), for: digest, at: now, lifetime: EvidenceRetention.remembered) }
        return named.map(\.digest)
    }
}
