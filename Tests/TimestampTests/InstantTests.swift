import Testing
import Timestamp

@Suite struct InstantTests {
    @Test(
        "a time prints back as it was read, in UTC",
        arguments: [
            ("1970-01-01T00:00:00Z", 0 as Int64, "1970-01-01T00:00:00.000000Z"),
            ("2026-03-01T10:11:12.000001Z", 1_772_359_872, "2026-03-01T10:11:12.000001Z"),
            ("2000-02-29T23:59:59Z", 951_868_799, "2000-02-29T23:59:59.000000Z"),
            ("2026-11-23T09:00:00+01:00", 1_795_420_800, "2026-11-23T08:00:00.000000Z"),
            ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59.000000Z"),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, "9999-12-31T23:59:59.999999Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200, "0000-01-01T00:00:00.000000Z"),
        ])
    func roundTrip(text: String, seconds: Int64, printed: String) throws {
        let instant = try Instant(rfc3339: text)
        #expect(instant.seconds == seconds)
        #expect(instant.rfc3339 == printed)
    }

    @Test("for people a time is cut to whole seconds")
    func seconds() {
        #expect(Instant(secondsSince1970: -1, nanoseconds: 999_999_999).rfc3339InSeconds == "1969-12-31T23:59:59Z")
        #expect(Instant.latest.rfc3339InSeconds == "9999-12-31T23:59:59Z")
    }

    @Test("a day is its first moment in UTC")
    func day() throws {
        #expect(try Instant(dateOrTime: "2026-12-01") == Instant(rfc3339: "2026-12-01T00:00:00Z"))
    }

    @Test(
        "what is no time of RFC 3339 is refused",
        arguments: [
            "", "2026", "2026-02-30", "2026-13-01", "2026-00-01", "2026-1-01", "2026-12-01T", "2026-12-01T24:00:00Z",
            "2026-12-01T09:30:60Z", "2026-12-01T09:30:00", "2026-12-01t09:30:00z", "2026-12-01T09:30:00.Z",
            "2026-12-01T09:30:00.1234567890Z", "2026-12-01T09:30:00+25:00", "2026-12-01T09:30:00Z ", "٢٠٢٦-12-01",
            "2025-02-29", "1900-02-29",
        ])
    func refused(text: String) {
        #expect(throws: TimestampError.self) { try Instant(dateOrTime: text) }
    }

    @Test("arithmetic carries between seconds and nanoseconds, and clamps instead of trapping")
    func arithmetic() {
        let instant = Instant(secondsSince1970: 10, nanoseconds: 900_000_000)
        #expect(instant + .milliseconds(200) == Instant(secondsSince1970: 11, nanoseconds: 100_000_000))
        #expect(instant - .seconds(11) == Instant(secondsSince1970: -1, nanoseconds: 900_000_000))
        #expect(instant - .milliseconds(950) == Instant(secondsSince1970: 9, nanoseconds: 950_000_000))
        #expect(instant + .seconds(Int64.max) == .latest)
        #expect(instant - .seconds(Int64.max) == .earliest)
        #expect((instant + .seconds(5)) - instant == .seconds(5))
        #expect(Instant(secondsSince1970: .min) == .earliest)
    }
}

@Suite struct DurationTextTests {
    @Test(
        "a whole number with a unit is a duration",
        arguments: [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("0s", 0)])
    func read(text: String, seconds: Int) throws {
        #expect(try Duration(text: text) == .seconds(seconds))
    }

    @Test(
        "anything else is refused",
        arguments: ["", "s", "90", "1.5h", "-1s", "1w", "1h30m", "99999999999999999999s", "4000d", " 1s", "1 s"])
    func refused(text: String) {
        #expect(throws: DurationError.self) { try Duration(text: text) }
    }
}
