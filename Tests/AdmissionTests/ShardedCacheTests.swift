@testable import Admission
import Testing
import Timestamp

@Suite struct ShardedCacheTests {
    private let now = Instant(secondsSince1970: 1_780_000_000)

    @Test("a value counts until its lifetime is over, and not at that moment any more")
    func lifetime() {
        let cache = ShardedCache<String, Int>(maximumCost: 1_000)
        cache.insert(1, for: "a", at: now, lifetime: .seconds(10))
        #expect(cache.value(for: "a", at: now) == 1)
        #expect(cache.value(for: "a", at: now + .milliseconds(9_999)) == 1)
        #expect(cache.value(for: "a", at: now + .seconds(10)) == nil)
        #expect(cache.value(for: "b", at: now) == nil)
    }

    @Test("a clock that is set back makes a value miss; it never lives longer")
    func clockSetBack() {
        let cache = ShardedCache<String, Int>(maximumCost: 1_000)
        cache.insert(1, for: "a", at: now, lifetime: .seconds(10))
        #expect(cache.value(for: "a", at: now - .seconds(1)) == nil)
    }

    @Test("a newer value replaces the older one and its cost")
    func replacement() {
        let cache = ShardedCache<Int, Int>(maximumCost: 160)
        for value in 0..<100 { cache.insert(value, for: 7, cost: 10, at: now, lifetime: .seconds(10)) }
        #expect(cache.value(for: 7, at: now) == 99)
    }

    @Test("what ends first is dropped when there is no room, and what costs too much is not kept")
    func bounds() {
        let cache = ShardedCache<Int, Int>(maximumCost: 1_600)
        for key in 0..<10_000 { cache.insert(key, for: key, at: now, lifetime: .seconds(key + 1)) }
        let kept = (0..<10_000).filter { cache.value(for: $0, at: now) != nil }
        #expect(kept.count <= 1_600)
        #expect(kept.count >= 1_000)
        #expect(kept.contains(9_999))
        #expect(!kept.contains(0))
        cache.insert(1, for: -1, cost: 101, at: now, lifetime: .seconds(1))
        #expect(cache.value(for: -1, at: now) == nil)
    }

    @Test("many threads may use it at once")
    func concurrency() async {
        let cache = ShardedCache<Int, Int>(maximumCost: 400)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<2_000 {
                        let key = (round &* 31 &+ task) % 500
                        cache.insert(key, for: key, at: now, lifetime: .seconds(1))
                        if let value = cache.value(for: key, at: now) { #expect(value == key) }
                    }
                }
            }
        }
    }
}
