import Synchronization

/// The `Authorization` values that registries accepted or that token services gave out, each for one thing to read and one
/// set of credentials, until they end.
final class TokenStore: Sendable {
    struct Key: Hashable, Sendable {
        let scope: PullScope
        let credentials: [UInt8]
    }

    private struct Entry {
        let authorization: String
        let end: ContinuousClock.Instant
    }

    private let entries = Mutex<[Key: Entry]>([:])
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    func authorization(for key: Key) -> String? {
        entries.withLock { entries in
            guard let entry = entries[key] else { return nil }
            if entry.end > .now { return entry.authorization }
            entries[key] = nil
            return nil
        }
    }

    func keep(_ authorization: String, for key: Key, lifetime: Duration) {
        guard lifetime > .zero else { return }
        entries.withLock { entries in
            entries[key] = Entry(authorization: authorization, end: .now + lifetime)
            guard entries.count > capacity else { return }
            if let first = entries.min(by: { $0.value.end < $1.value.end }) { entries[first.key] = nil }
        }
    }

    /// Forgets `authorization` because the registry refused it; one that took its place meanwhile stays.
    func forget(_ authorization: String, for key: Key) {
        entries.withLock { entries in
            guard let entry = entries[key], entry.authorization.utf8.elementsEqual(authorization.utf8) else { return }
            entries[key] = nil
        }
    }
}
