/// How long the API server waits for the answer to one call: its `?timeout=` parameter.
///
/// The API server writes what is left of its own budget, rounded up to whole seconds. Ours is that less a margin, so that
/// the answer is there before it gives up: a refusal with a reason is worth more than `context deadline exceeded`.
struct CallTimeout: Hashable, Sendable {
    /// Between 1 s and 30 s, the bracket of `timeoutSeconds`.
    let whole: Duration

    /// What the API server uses where a webhook configuration says nothing.
    static let `default` = CallTimeout(whole: .seconds(10))
    private static let shortest = Duration.seconds(1)
    private static let longest = Duration.seconds(30)

    /// The way back, the rounding and the writing of the answer.
    private static let margin = Duration.milliseconds(500)

    /// Time for the decision and its record; half of the whole where that is less than two margins.
    var budget: Duration { max(whole - CallTimeout.margin, whole / 2) }

    /// When the door itself answers, should nothing else have: later than `budget`, and still before the caller gives up.
    var lastResort: Duration { whole - (whole - budget) / 2 }

    private init(whole: Duration) {
        self.whole = min(max(whole, CallTimeout.shortest), CallTimeout.longest)
    }

    /// Reads `timeout=5s` in a query. No such parameter means the default; one that cannot be read, or two of them, is
    /// an error, because guessing too long is what makes the API server give up.
    ///
    /// - Parameter query: what stands behind the `?`, undecoded.
    init?(query: Substring.UTF8View?) {
        guard let query else {
            self = .default
            return
        }
        let name: StaticString = "timeout="
        var found: CallTimeout?
        for parameter in query.split(separator: UInt8(ascii: "&")) {
            guard parameter.starts(with: name.description.utf8) else { continue }
            guard found == nil,
                let duration = CallTimeout.duration(parameter.dropFirst(name.utf8CodeUnitCount))
            else { return nil }
            found = CallTimeout(whole: duration)
        }
        self = found ?? .default
    }

    /// A whole number of `ms`, `s` or `m`, as Go prints round durations below an hour.
    private static func duration(_ text: Substring.UTF8View) -> Duration? {
        let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // Six digits cannot overflow, and are more than any timeout needs.
        guard (1...6).contains(digits.count) else { return nil }
        let amount = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let unit = text.dropFirst(digits.count)
        if unit.elementsEqual("s".utf8) { return .seconds(amount) }
        if unit.elementsEqual("ms".utf8) { return .milliseconds(amount) }
        if unit.elementsEqual("m".utf8) { return .seconds(amount * 60) }
        return nil
    }
}
