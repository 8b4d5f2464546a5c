import Testing
import Timestamp

@Suite struct ValidityWindowTests {
    private let start = Instant(secondsSince1970: 1_000)
    private let end = Instant(secondsSince1970: 2_000)

    @Test("both ends are inside, and nothing beyond them")
    func closed() throws {
        let window = try #require(ValidityWindow(start: start, end: end))
        #expect(window.contains(start) && window.contains(end))
        #expect(!window.contains(start - .nanoseconds(1)) && !window.contains(end + .nanoseconds(1)))
    }

    @Test("without an end it never ends")
    func open() throws {
        let window = try #require(ValidityWindow(start: start, end: nil))
        #expect(window.contains(.latest) && !window.contains(.earliest))
    }

    @Test("an end before the start is no window, an end at the start is a moment")
    func reversed() {
        #expect(ValidityWindow(start: end, end: start) == nil)
        #expect(ValidityWindow(start: start, end: start)?.contains(start) == true)
    }
}
