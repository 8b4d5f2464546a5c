/// Why a text is not a time of RFC 3339. It prints as the end of a sentence that begins with the offending text.
public enum TimestampError: Error, Hashable, Sendable, CustomStringConvertible {
    case notRFC3339
    case noSuchDay
    case noSuchTime

    public var description: String {
        switch self {
        case .notRFC3339: "expected a date such as `2026-12-01` or a time such as `2026-12-01T09:30:00Z`"
        case .noSuchDay: "there is no such day in the calendar"
        case .noSuchTime: "there is no such time of day"
        }
    }
}

extension Instant {
    /// Reads an RFC 3339 `date-time` with up to nine digits of fraction, `Z` or a numeric offset.
    ///
    /// Stricter than the RFC in two points that differ between readers: `T` and `Z` are upper case, and a leap second
    /// (`:60`) is refused.
    public init(rfc3339 text: String) throws(TimestampError) {
        var cursor = DigitCursor(text)
        let day = try cursor.date()
        try cursor.expect(UInt8(ascii: "T"))
        let secondOfDay = try cursor.timeOfDay()
        let nanoseconds = try cursor.fraction()
        let offset = try cursor.offset()
        guard cursor.isAtEnd else { throw .notRFC3339 }
        self.init(
            secondsSince1970: Int64(day.daysSince1970) * 86_400 + Int64(secondOfDay) - Int64(offset),
            nanoseconds: nanoseconds)
    }

    /// Reads either a day (`2026-12-01`, which means its first moment in UTC) or a full RFC 3339 time.
    public init(dateOrTime text: String) throws(TimestampError) {
        if text.utf8.count == 10 {
            var cursor = DigitCursor(text)
            self.init(secondsSince1970: Int64(try cursor.date().daysSince1970) * 86_400)
        } else {
            try self.init(rfc3339: text)
        }
    }

    /// RFC 3339 in UTC with exactly six digits of fraction, the form of every record: `2026-03-01T10:11:12.000001Z`.
    public var rfc3339: String { String(decoding: rfc3339UTF8, as: UTF8.self) }

    /// The same without the fraction, for people: `2026-03-01T10:11:12Z`.
    public var rfc3339InSeconds: String { String(decoding: rfc3339UTF8.dropLast(8) + "Z".utf8, as: UTF8.self) }

    /// The 27 bytes of `rfc3339`.
    public var rfc3339UTF8: [UInt8] {
        let days = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
        let secondOfDay = Int(seconds - Int64(days) * 86_400)
        let date = CivilDate(daysSince1970: days)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        func append(_ value: Int, width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
        }
        append(date.year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, width: 2)
        bytes.append(UInt8(ascii: "T"))
        append(secondOfDay / 3_600, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(secondOfDay / 60 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(secondOfDay % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        append(Int(nanoseconds / 1_000), width: 6)
        bytes.append(UInt8(ascii: "Z"))
        return bytes
    }
}

/// Reads fixed-width decimal fields; every read is bounds-checked.
private struct DigitCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func expect(_ byte: UInt8) throws(TimestampError) {
        guard next(is: byte) else { throw .notRFC3339 }
    }

    mutating func date() throws(TimestampError) -> CivilDate {
        let year = try number(width: 4)
        try expect(UInt8(ascii: "-"))
        let month = try number(width: 2)
        try expect(UInt8(ascii: "-"))
        let day = try number(width: 2)
        guard let date = CivilDate(year: year, month: month, day: day) else { throw .noSuchDay }
        return date
    }

    mutating func timeOfDay() throws(TimestampError) -> Int {
        let hour = try number(width: 2)
        try expect(UInt8(ascii: ":"))
        let minute = try number(width: 2)
        try expect(UInt8(ascii: ":"))
        let second = try number(width: 2)
        guard hour < 24, minute < 60, second < 60 else { throw .noSuchTime }
        return hour * 3_600 + minute * 60 + second
    }

    mutating func fraction() throws(TimestampError) -> Int32 {
        guard next(is: UInt8(ascii: ".")) else { return 0 }
        var value: Int32 = 0
        var digits = 0
        while position < bytes.count, let digit = digit(at: position) {
            guard digits < 9 else { throw .notRFC3339 }
            value = value * 10 + Int32(digit)
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw .notRFC3339 }
        for _ in digits..<9 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    mutating func offset() throws(TimestampError) -> Int {
        if next(is: UInt8(ascii: "Z")) { return 0 }
        let isWest = next(is: UInt8(ascii: "-"))
        if !isWest { try expect(UInt8(ascii: "+")) }
        let hours = try number(width: 2)
        try expect(UInt8(ascii: ":"))
        let minutes = try number(width: 2)
        guard hours < 24, minutes < 60 else { throw .noSuchTime }
        return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private mutating func number(width: Int) throws(TimestampError) -> Int {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit(at: position) else { throw .notRFC3339 }
            value = value * 10 + digit
            position += 1
        }
        return value
    }

    private mutating func next(is byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func digit(at index: Int) -> Int? {
        guard index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
        return Int(bytes[index] - UInt8(ascii: "0"))
    }
}
