import Synchronization
import Timestamp

/// A bounded map whose entries end. It is cut into shards, each with a lock that is held only for a look-up, so that event
/// loops do not wait for each other.
final class ShardedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let cost: Int
        let since: Instant
        let until: Instant
    }

    /// A key whose hash was computed once, for the shard and for the look-up in it.
    private struct HashedKey: Hashable {
        let key: Key
        let hash: Int

        init(_ key: Key) {
            self.key = key
            hash = key.hashValue
        }

        static func == (left: HashedKey, right: HashedKey) -> Bool { left.hash == right.hash && left.key == right.key }
        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    private struct Shard {
        var entries: [HashedKey: Entry] = [:]
        var cost = 0
    }

    private let shards: [Lock]
    private let costPerShard: Int

    private final class Lock: Sendable {
        let shard = Mutex(Shard())
    }

    private static var shardCount: Int { 16 }

    /// `maximumCost` is the sum of the costs that `insert` is given; beyond it the entries that end first are dropped.
    init(maximumCost: Int) {
        shards = (0..<ShardedCache.shardCount).map { _ in Lock() }
        costPerShard = max(1, maximumCost / ShardedCache.shardCount)
    }

    /// The value, if it counts at `now`. A clock that was set back makes entries miss, never live longer.
    func value(for key: Key, at now: Instant) -> Value? {
        let key = HashedKey(key)
        return self[key].shard.withLock { shard in
            guard let entry = shard.entries[key], entry.since <= now, now < entry.until else { return nil }
            return entry.value
        }
    }

    func insert(_ value: Value, for key: Key, cost: Int = 1, at now: Instant, lifetime: Duration) {
        guard cost <= costPerShard else { return }
        let key = HashedKey(key)
        self[key].shard.withLock { shard in
            remove(key, from: &shard)
            if shard.cost + cost > costPerShard { makeRoom(for: cost, in: &shard, at: now) }
            shard.entries[key] = Entry(value: value, cost: cost, since: now, until: now + lifetime)
            shard.cost += cost
        }
    }

    private func remove(_ key: HashedKey, from shard: inout Shard) {
        guard let old = shard.entries.removeValue(forKey: key) else { return }
        shard.cost -= old.cost
    }

    /// Frees at least a quarter of the shard, so that the sort is paid for by many insertions.
    private func makeRoom(for cost: Int, in shard: inout Shard, at now: Instant) {
        let target = max(0, min(costPerShard - cost, costPerShard * 3 / 4))
        for (key, _) in shard.entries.sorted(by: { $0.value.until < $1.value.until }) {
            guard shard.cost > target else { return }
            remove(key, from: &shard)
        }
    }

    private subscript(key: HashedKey) -> Lock {
        shards[Int(UInt(bitPattern: key.hash) % UInt(shards.count))]
    }
}
