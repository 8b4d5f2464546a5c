/// A closed interval of time, as trust material states when a key or an authority is to be believed: both ends are inside.
public struct ValidityWindow: Hashable, Sendable {
    public let start: Instant
    /// Nil if no end is known.
    public let end: Instant?

    /// Nil if the end is before the start.
    public init?(start: Instant, end: Instant?) {
        if let end, end < start { return nil }
        (self.start, self.end) = (start, end)
    }

    /// Without an end.
    public init(from start: Instant) { (self.start, end) = (start, nil) }

    public func contains(_ time: Instant) -> Bool {
        guard start <= time else { return false }
        return end.map { time <= $0 } ?? true
    }
}
