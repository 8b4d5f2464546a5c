import Synchronization
import Timestamp

/// What has changed in a memory since it was last kept.
struct MemoryChanges {
    /// Whether there is anything that was not kept yet.
    var any = false
    /// Whether something ended: what was kept of it must go.
    var endings = false

    mutating func add(_ other: MemoryChanges) {
        any = any || other.any
        endings = endings || other.endings
    }
}

/// A bounded memory that forgets what is oldest first, and knows whether it is to be kept. It is cut into shards, each with
/// a short lock, so that event loops do not wait for each other.
final class BoundedMemory<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What an update came to.
    enum Change {
        /// Nothing, or nothing worth keeping.
        case none
        case learned
        /// Something ended, which is to be kept at once.
        case ended
    }

    private struct Shard {
        var entries: [Key: Value] = [:]
        var changes = MemoryChanges()
    }

    private final class Lock: Sendable {
        let shard = Mutex(Shard())
    }

    private let shards = (0..<16).map { _ in Lock() }
    private let entriesPerShard: Int
    private let time: @Sendable (Value) -> Instant
    private let whenEnding: @Sendable () -> Void

    /// - Parameters:
    ///   - time: by which an entry is old.
    ///   - whenEnding: called when something ended; it must not wait.
    init(
        maximumEntries: Int, time: @escaping @Sendable (Value) -> Instant, whenEnding: @escaping @Sendable () -> Void
    ) {
        entriesPerShard = max(1, maximumEntries / shards.count)
        self.time = time
        self.whenEnding = whenEnding
    }

    subscript(key: Key) -> Value? { lock(key).shard.withLock { $0.entries[key] } }

    /// Changes what is remembered under the key; nil is nothing.
    func update(_ key: Key, _ body: (inout Value?) -> Change) {
        let change = lock(key).shard.withLock { shard in
            var entry = shard.entries[key]
            let isNew = entry == nil
            let change = body(&entry)
            guard case .none = change else {
                if isNew && shard.entries.count >= entriesPerShard { makeRoom(in: &shard) }
                shard.entries[key] = entry
                shard.changes.any = true
                if case .ended = change { shard.changes.endings = true }
                return change
            }
            return change
        }
        if case .ended = change { whenEnding() }
    }

    /// Frees a quarter of the shard, so that the sort is paid for by many updates.
    private func makeRoom(in shard: inout Shard) {
        let oldest = shard.entries.sorted { time($0.value) < time($1.value) }
            .prefix(max(1, shard.entries.count / 4))
        for (key, _) in oldest { shard.entries[key] = nil }
    }

    private func lock(_ key: Key) -> Lock { shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))] }

    // MARK: - What is kept

    /// What has changed since it was last taken.
    func takeChanges() -> MemoryChanges {
        shards.reduce(into: MemoryChanges()) { changes, lock in
            lock.shard.withLock { shard in
                changes.add(shard.changes)
                shard.changes = MemoryChanges()
            }
        }
    }

    /// Says that they are still to be kept.
    func putBack(_ changes: MemoryChanges) {
        shards.first?.shard.withLock { $0.changes.add(changes) }
    }

    /// All entries that are of use. The others are forgotten.
    func entries(where isOfUse: (Value) -> Bool) -> [(key: Key, value: Value)] {
        shards.flatMap { lock in
            lock.shard.withLock { shard in
                shard.entries = shard.entries.filter { isOfUse($0.value) }
                return Array(shard.entries)
            }
        }
    }

    /// Forgets every entry of which the key is not wanted any more.
    func forget(where isUnwanted: (Key) -> Bool) {
        var hasEnded = false
        for lock in shards {
            lock.shard.withLock { shard in
                let wanted = shard.entries.filter { !isUnwanted($0.key) }
                guard wanted.count < shard.entries.count else { return }
                shard.entries = wanted
                shard.changes = MemoryChanges(any: true, endings: true)
                hasEnded = true
            }
        }
        if hasEnded { whenEnding() }
    }

    /// Takes in what was kept, before anything is noted.
    func restore(_ entries: [(key: Key, value: Value)]) {
        for (key, value) in entries {
            lock(key).shard.withLock { shard in
                guard shard.entries.count < entriesPerShard else { return }
                shard.entries[key] = value
            }
        }
    }
}
