public import Timestamp

/// Why a finding that does not hold refuses nobody all the same. The finding keeps its outcome.
///
/// Indirect, since every finding has room for one and hardly any has one.
public indirect enum Relief: Hashable, Sendable, CustomStringConvertible {
    /// The `PolicyException` of that name lifts the check until then.
    case exception(name: String, expires: Instant)
    /// It could not be looked at, and what was found out at that time stands in for it.
    case lastKnownGood(since: Instant)
    /// The image was let in before and fails only because time moved on; from that moment it refuses.
    case alreadyAdmitted(until: Instant)

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
        case .alreadyAdmitted(let until): "admitted before, a warning until \(until.rfc3339InSeconds)"
        }
    }

    /// How long ago it was that what stands in was found out, at the time of the decision; nil where nothing does.
    public func age(at now: Instant) -> Duration? {
        guard case .lastKnownGood(let since) = self else { return nil }
        return now - since
    }
}
