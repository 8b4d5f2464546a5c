import Testing

@testable import Doors

@Suite("The API server's patience")
struct CallTimeoutTests {
    private func timeout(_ query: String?) -> CallTimeout? {
        guard let query else { return CallTimeout(query: nil) }
        return CallTimeout(query: query[...].utf8)
    }

    @Test(
        "is read from the query, within 1 s and 30 s",
        arguments: [
            ("timeout=5s", 5_000), ("timeout=30s", 30_000), ("timeout=1m", 30_000), ("timeout=0s", 1_000),
            ("timeout=1500ms", 1_500), ("a=b&timeout=7s&c", 7_000), ("timeouts=3s", 10_000), ("", 10_000),
            ("x", 10_000),
        ])
    func read(_ query: String, _ milliseconds: Int) {
        #expect(timeout(query)?.whole == .milliseconds(milliseconds))
    }

    @Test("is ten seconds where nothing is said")
    func absent() {
        #expect(timeout(nil)?.whole == .seconds(10))
    }

    @Test(
        "is refused where it cannot be read",
        arguments: [
            "timeout=", "timeout=5", "timeout=s", "timeout=-5s", "timeout=1.5s", "timeout=5%73",
            "timeout=5s&timeout=6s",
            "timeout=9999999s", "timeout=5 s", "timeout=5S", "timeout=99999999999999999999s",
        ])
    func unreadable(_ query: String) {
        #expect(timeout(query) == nil)
    }

    @Test("leaves a margin for the answer, and a last resort inside of it")
    func budget() {
        #expect(timeout("timeout=10s")?.budget == .milliseconds(9_500))
        #expect(timeout("timeout=1s")?.budget == .milliseconds(500))
        for query in ["timeout=1s", "timeout=2s", "timeout=10s", "timeout=30s"] {
            guard let timeout = timeout(query) else { continue }
            #expect(timeout.budget < timeout.lastResort && timeout.lastResort < timeout.whole)
        }
    }
}
