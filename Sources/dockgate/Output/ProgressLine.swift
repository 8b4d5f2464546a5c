import Synchronization

/// How far a check is, on one line of a terminal that is gone at the end. A check that is quick shows none.
final class ProgressLine: Sendable {
    private struct State {
        var done = 0
        var current = ""
    }

    private let total: Int
    private let columns: Int
    private let state = Mutex(State())

    /// What is over before that needs no explanation.
    private static let patience = Duration.milliseconds(300)
    /// How often the line is written anew.
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - total: how many images there are to look at.
    ///   - columns: the line is shorter than this, so that it never wraps.
    init(total: Int, columns: Int) {
        self.total = total
        self.columns = columns
    }

    /// - Parameter image: what is looked at now.
    func begin(_ image: String) {
        state.withLock { $0.current = image }
    }

    func finish(_ count: Int) {
        state.withLock { $0.done += count }
    }

    /// The line, in ASCII, where every character is as wide as it counts; nil as long as nobody wonders.
    func text(after elapsed: Duration) -> String? {
        guard elapsed >= ProgressLine.patience else { return nil }
        let (done, current) = state.withLock { ($0.done, $0.current) }
        let text = "checked \(done) of \(total), now \(current.printable)".unicodeScalars.map { $0.isASCII ? $0 : "?" }
        return String(String.UnicodeScalarView(text.prefix(max(0, columns - 1))))
    }
}

extension ProgressLine {
    /// Does the work and shows meanwhile how far it is, on a terminal that can take the line back.
    static func during<Value: Sendable>(
        _ total: Int, on terminal: Terminal, clock: some Clock<Duration>,
        write: @escaping @Sendable (String) -> Void, _ work: (ProgressLine) async throws -> Value
    ) async rethrows -> Value {
        let line = ProgressLine(total: total, columns: terminal.columns)
        guard terminal.canErase else { return try await work(line) }
        // Leaving this scope, in whatever way, ends the drawing and waits until the line is gone.
        async let _ = line.draw(by: clock, write)
        return try await work(line)
    }

    private func draw<C: Clock<Duration>>(by clock: C, _ write: @Sendable (String) -> Void) async {
        let start = clock.now
        var isShown = false
        while (try? await clock.sleep(for: ProgressLine.interval)) != nil {
            guard let text = text(after: start.duration(to: clock.now)) else { continue }
            write("\r\(text)\u{1b}[K")
            isShown = true
        }
        if isShown { write("\r\u{1b}[K") }
    }
}
