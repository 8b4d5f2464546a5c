/// Why a text is not a duration of the policy language.
public enum DurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notADuration
    case tooLong

    public var description: String {
        switch self {
        case .notADuration: "expected a whole number and a unit, such as `90s`, `15m`, `24h` or `7d`"
        case .tooLong: "is longer than 3650 days"
        }
    }
}

extension Duration {
    /// No rule of a policy reasonably looks further than ten years.
    private static let longestSeconds = 3_650 * 86_400

    /// Reads one whole number with one unit: `s`, `m`, `h` or `d` of exactly 24 hours. A bare number is refused, since
    /// its reader would have to guess the unit.
    public init(text: String) throws(DurationError) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 2, let unit = bytes.last else { throw .notADuration }
        let secondsInUnit: Int
        switch unit {
        case UInt8(ascii: "s"): secondsInUnit = 1
        case UInt8(ascii: "m"): secondsInUnit = 60
        case UInt8(ascii: "h"): secondsInUnit = 3_600
        case UInt8(ascii: "d"): secondsInUnit = 86_400
        default: throw .notADuration
        }
        var amount = 0
        for byte in bytes.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .notADuration }
            amount = amount * 10 + Int(byte - UInt8(ascii: "0"))
            guard amount <= Duration.longestSeconds else { throw .tooLong }
        }
        guard amount * secondsInUnit <= Duration.longestSeconds else { throw .tooLong }
        self = .seconds(amount * secondsInUnit)
    }
}

extension Duration {
    /// As policies write it, in the largest unit in which it is whole: `90s`, `24h`, `7d`.
    public var written: String {
        let seconds = components.seconds
        let units: [(seconds: Int64, letter: String)] = [(86_400, "d"), (3_600, "h"), (60, "m")]
        let unit = units.first { seconds % $0.seconds == 0 } ?? (1, "s")
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
