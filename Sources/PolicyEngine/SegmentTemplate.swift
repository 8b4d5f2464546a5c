/// A segment of a pattern's path in which variables stand.
struct SegmentTemplate: Hashable, Sendable {
    /// Which segment it is.
    let position: Int
    let parts: [Part]

    enum Part: Hashable, Sendable {
        /// What was written, where `*` is a wildcard.
        case pattern([UInt8])
        case variable(PatternVariable)
    }

    var variables: [PatternVariable] {
        parts.compactMap { if case .variable(let variable) = $0 { variable } else { nil } }
    }

    /// Matches with the request's own values in place of the variables, each taken literally. Those that are not known may
    /// be anything: `.matches`, `.doesNotMatch`, `.unknown` or `.noSuchFact`.
    func match(_ segment: ArraySlice<UInt8>, of facts: RequestFacts) -> ImagePattern.Match {
        var widest: [UInt8] = []
        var unknown: RequestFact?
        var absent: RequestFact?
        for part in parts {
            switch part {
            case .pattern(let bytes): widest += bytes
            case .variable(let variable):
                switch variable.value(in: facts) {
                case .known(let value):
                    guard SegmentTemplate.canStandInSegment(value) else { return .doesNotMatch }
                    widest += value.utf8
                case .unknown:
                    unknown = unknown ?? variable.fact
                    widest.append(UInt8(ascii: "*"))
                case .absent:
                    absent = absent ?? variable.fact
                    widest.append(UInt8(ascii: "*"))
                }
            }
        }
        guard Glob(widest).matches(segment) else { return .doesNotMatch }
        return absent.map { .noSuchFact($0) } ?? unknown.map { .unknown($0) } ?? .matches
    }

    /// No segment holds a `*`, so a value that does can stand in none; in a `Glob` it would be a wildcard. An empty value
    /// says nothing that somebody could have meant.
    private static func canStandInSegment(_ value: String) -> Bool {
        !value.isEmpty && !value.utf8.contains(UInt8(ascii: "*"))
    }
}
