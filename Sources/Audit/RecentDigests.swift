/// A set of digests that forgets the oldest: it holds at least the last `capacity` and at most twice as many.
struct RecentDigests: Sendable {
    private let capacity: Int
    private var recent: Set<[UInt8]> = []
    private var older: Set<[UInt8]> = []

    init(capacity: Int) { self.capacity = capacity }

    func contains(_ digest: [UInt8]) -> Bool {
        recent.contains(digest) || older.contains(digest)
    }

    mutating func insert(_ digest: [UInt8]) {
        if recent.count >= capacity {
            older = recent
            recent.removeAll(keepingCapacity: true)
        }
        recent.insert(digest)
    }
}
