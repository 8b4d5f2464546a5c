/// How long the API server waits for the answer to one call: its `?timeout=` parameter.
///
/// The API server writes what is left of its own budget, rounded up to whole seconds. Ours is that less a margin, so that
/// the answer is there before it gives up: a refusal with a reason is worth more than `context deadline exceeded`.
struct CallTimeout: Hashable, Sendable {
    // In milliseconds: arithmetic on `Duration` is done in 128 bits, and this is asked for every request.
    private let milliseconds: Int

    /// Between 1 s and 30 s, the bracket of `timeoutSeconds`.
    var whole: Duration { .milliseconds(milliseconds) }

    /// What the API server uses where a webhook configuration says nothing.
    static let `default` = CallTimeout(milliseconds: 10_000)
    private static let bracket = 1_000...30_000

    /// The way back, the rounding and the writing of the answer.
    private static let margin = 500

    /// Time for the decision and its record; half of the whole where that is less than two margins.
    var budget: Duration { .milliseconds(budgetMilliseconds) }

    /// When the door itself answers, should nothing else have: later than `budget`, and still before the caller gives up.
    var lastResort: Duration { .milliseconds(milliseconds - (milliseconds - budgetMilliseconds) / 2) }

    private var budgetMilliseconds: Int { max(milliseconds - CallTimeout.margin, milliseconds / 2) }

    private init(milliseconds: Int) {
        self.milliseconds = min(max(milliseconds, CallTimeout.bracket.lowerBound), CallTimeout.bracket.upperBound)
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
        var found: CallTimeout?
        var rest = Array(query)[...]
        while !rest.isEmpty {
            let parameter = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest[parameter.endIndex...].dropFirst()
            guard parameter.starts(with: CallTimeout.name) else { continue }
            guard found == nil,
                let milliseconds = CallTimeout.milliseconds(parameter.dropFirst(CallTimeout.name.count))
            else { return nil }
            found = CallTimeout(milliseconds: milliseconds)
        }
        self = found ?? .default
    }

    private static let name = Array("timeout=".utf8)

    /// A whole number of `ms`, `s` or `m`, as Go prints round durations below an hour.
    private static func milliseconds(_ text: ArraySlice<UInt8>) -> Int? {
        let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // Six digits cannot overflow, and are more than any timeout needs.
        guard (1...6).contains(digits.count) else { return nil }
        let amount = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let unit = text.dropFirst(digits.count)
        if unit.elementsEqual("s".utf8) { return amount * 1_000 }
        if unit.elementsEqual("ms".utf8) { return amount }
        if unit.elementsEqual("m".utf8) { return amount * 60_000 }
        return nil
    }
}
