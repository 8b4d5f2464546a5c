public import Timestamp

/// Why a finding that does not hold refuses nobody all the same. The finding keeps its outcome.
///
/// Indirect, since every finding has room for one and hardly any has one.
public indirect enum Relief: Hashable, Sendable, CustomStringConvertible {
    /// The `PolicyException` of that name lifts the check until then.
    case exception(name: String, expires: Instant)
    /// It could not be looked at, and what was found out at that time stands in for it.
    case lastKnownGood(since: Instant)
    /// The image was admitted before and fails only because the world moved on: since when, and until when that is a warning.
    case alreadyAdmitted(since: Instant, until: Instant)

    /// The word for it in records and reports.
    public var word: String {
        switch self {
        case .exception: "exception"
        case .lastKnownGood: "lastKnownGood"
        case .alreadyAdmitted: "alreadyAdmitted"
        }
    }

    /// A clause without full stop: `exception inc-4711 until 2026-12-01T00:00:00Z`.
    public var description: String {
        switch self {
        case .exception(let name, let expires): "exception \(name) until \(expires.rfc3339InSeconds)"
        case .lastKnownGood(let since): "last known good at \(since.rfc3339InSeconds)"
        case .alreadyAdmitted(let since, let until):
            "admitted before, a warning until \(until.rfc3339InSeconds), failing since \(since.rfc3339InSeconds)"
        }
    }

    /// How long ago it was, at the time of the decision, that what stands in was found out, or that the image first failed;
    /// nil for an exception.
    public func age(at now: Instant) -> Duration? {
        switch self {
        case .exception: nil
        case .lastKnownGood(let since), .alreadyAdmitted(let since, _): now - since
        }
    }
}
