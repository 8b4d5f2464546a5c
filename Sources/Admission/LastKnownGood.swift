import PolicyEngine
import Synchronization
import Timestamp

/// What checks last came to, image by image, for a time when nobody can look.
///
/// Only a check that passed makes an entry, so nobody can fill the memory with images that no believed signer signed. A
/// violation ends it at once, whatever clocks say, and a result that is older than the violation does not bring it back.
/// To remember takes a short lock; what is kept on disk is `RememberedResults`' business and in no decision's way.
public final class LastKnownGood: Sendable {
    struct Entry {
        let at: Instant
        /// When it is of no use any more.
        let until: Instant
        /// A violation is kept only where something had passed before.
        let hasPassed: Bool
    }

    struct Changes {
        /// Whether there is anything that was not kept yet.
        var any = false
        /// Whether something ended: what was kept of it must go.
        var endings = false
    }

    private struct Shard {
        var entries: [CheckedImage: Entry] = [:]
        var changes = Changes()
    }

    private final class Lock: Sendable {
        let shard = Mutex(Shard())
    }

    private let shards = (0..<LastKnownGood.shardCount).map { _ in Lock() }
    private let entriesPerShard: Int
    /// Yields when something ended.
    let endings: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    private static let shardCount = 16
    /// An image in a repository under a check; more are rarely in use at a time. Each takes some 300 bytes.
    public static let maximumEntries = 16_384
    /// A check that passes again so soon after it did need not be noted again.
    private static let refresh = Duration.seconds(60)

    /// Remembers nothing yet.
    public init(maximumEntries: Int = LastKnownGood.maximumEntries) {
        entriesPerShard = max(1, maximumEntries / LastKnownGood.shardCount)
        (endings, ending) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// When that check last passed for that image, unless it has been violated since.
    func passed(_ image: CheckedImage) -> Instant? {
        self[image].shard.withLock { shard in
            guard let entry = shard.entries[image], entry.hasPassed else { return nil }
            return entry.at
        }
    }

    /// Notes what was found out at `now`.
    func note(_ results: [DeterminedResult], at now: Instant) {
        for result in results {
            if result.hasPassed { notePass(result, at: now) } else { noteViolation(of: result.image, at: now) }
        }
    }

    private func notePass(_ result: DeterminedResult, at now: Instant) {
        self[result.image].shard.withLock { shard in
            if let known = shard.entries[result.image] {
                if known.hasPassed {
                    let age = now - known.at
                    guard age < .zero || age >= LastKnownGood.refresh else { return }
                } else {
                    guard known.at < now else { return }
                }
            } else if shard.entries.count >= entriesPerShard {
                LastKnownGood.makeRoom(in: &shard)
            }
            shard.entries[result.image] = Entry(at: now, until: now + result.period, hasPassed: true)
            shard.changes.any = true
        }
    }

    private func noteViolation(of image: CheckedImage, at now: Instant) {
        let hasEnded = self[image].shard.withLock { shard in
            guard let known = shard.entries[image], known.hasPassed else { return false }
            shard.entries[image] = Entry(at: now, until: known.until, hasPassed: false)
            shard.changes = Changes(any: true, endings: true)
            return true
        }
        if hasEnded { ending.yield() }
    }

    /// Frees a quarter of the shard, so that the sort is paid for by many notes.
    private static func makeRoom(in shard: inout Shard) {
        let oldest = shard.entries.sorted { $0.value.at < $1.value.at }.prefix(max(1, shard.entries.count / 4))
        for (image, _) in oldest { shard.entries[image] = nil }
    }

    private subscript(image: CheckedImage) -> Lock {
        shards[Int(UInt(bitPattern: image.hashValue) % UInt(shards.count))]
    }

    // MARK: - What is kept

    /// What has changed since it was last taken.
    func takeChanges() -> Changes {
        shards.reduce(into: Changes()) { changes, lock in
            lock.shard.withLock { shard in
                changes.any = changes.any || shard.changes.any
                changes.endings = changes.endings || shard.changes.endings
                shard.changes = Changes()
            }
        }
    }

    /// Says that they are still to be kept.
    func putBack(_ changes: Changes) {
        shards.first?.shard.withLock { shard in
            shard.changes.any = shard.changes.any || changes.any
            shard.changes.endings = shard.changes.endings || changes.endings
        }
    }

    /// What passed last and is still of use at `now`. What is of no use any more is forgotten.
    func entries(at now: Instant) -> [(image: CheckedImage, entry: Entry)] {
        shards.flatMap { lock in
            lock.shard.withLock { shard in
                shard.entries = shard.entries.filter { now < $0.value.until }
                return shard.entries.filter(\.value.hasPassed).map { (image: $0.key, entry: $0.value) }
            }
        }
    }

    /// Takes in what was kept, before anything is noted.
    func restore(_ entries: [(image: CheckedImage, entry: Entry)]) {
        for (image, entry) in entries {
            self[image].shard.withLock { shard in
                guard shard.entries.count < entriesPerShard else { return }
                shard.entries[image] = entry
            }
        }
    }
}
