import Synchronization
import Testing

@testable import dockgate

@Suite("The line that tells how far a check is")
struct ProgressLineTests {
    @Test("nothing is shown in the first 300 ms")
    func patience() {
        let line = ProgressLine(total: 3, columns: 80)
        line.begin("registry.example.com/a:1")
        #expect(line.text(after: .zero) == nil)
        #expect(line.text(after: .milliseconds(299)) == nil)
        #expect(line.text(after: .milliseconds(300)) == "checked 0 of 3, now registry.example.com/a:1")
        line.finish(2)
        line.begin("registry.example.com/c:1")
        #expect(line.text(after: .seconds(9)) == "checked 2 of 3, now registry.example.com/c:1")
    }

    @Test("it is shorter than the terminal is wide, in characters of one column, without control characters")
    func width() throws {
        let line = ProgressLine(total: 1, columns: 30)
        for hostile in Hostile.texts + [String(repeating: "宽", count: 100), String(repeating: "x", count: 100)] {
            line.begin(hostile)
            let text = try #require(line.text(after: .seconds(1)))
            #expect(text.utf8.count < 30)
            #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(text)")
        }
        #expect(ProgressLine(total: 1, columns: 0).text(after: .seconds(1)) == "")
    }

    private static let terminal = Terminal(isTerminal: true, hasColour: false, canErase: true, columns: 80)

    /// What is written during some work that takes so many steps of 100 ms.
    private func written(on terminal: Terminal, steps: Int) async -> [String] {
        let clock = SteppedClock()
        let written = Mutex<[String]>([])
        let result = await ProgressLine.during(
            1, on: terminal, clock: clock, write: { text in written.withLock { $0.append(text) } },
            { line in
                line.begin("a:1")
                await clock.step(steps)
                return 7
            })
        #expect(result == 7)
        return written.withLock { $0 }
    }

    @Test(
        "quick work shows nothing, slow work a line that is erased at the end, and where no line can be erased there is none"
    )
    func drawing() async {
        #expect(await written(on: ProgressLineTests.terminal, steps: 2).isEmpty)
        let slow = await written(on: ProgressLineTests.terminal, steps: 4)
        #expect(
            slow == [
                "\r" + "checked 0 of 1, now a:1" + "\u{1b}[K", "\r" + "checked 0 of 1, now a:1" + "\u{1b}[K",
                "\r\u{1b}[K",
            ])
        #expect(await written(on: .none, steps: 0).isEmpty)
    }
}

/// A clock on which time passes only when somebody sleeps, and which lets nobody sleep more often than it was told.
private final class SteppedClock: Clock {
    struct Instant: InstantProtocol {
        let offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var allowed = 0
        var sleeper: CheckedContinuation<Void, any Error>?
        var stepper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }

    /// Lets so many sleeps pass, and returns when the next one has begun.
    func step(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                state.allowed = count
                state.stepper = continuation
                guard count > 0, let sleeper = state.sleeper else { return nil }
                state.sleeper = nil
                state.allowed -= 1
                state.now = state.now.advanced(by: .milliseconds(100))
                return sleeper
            }
            ready?.resume()
            if count == 0 { finishStepping() }
        }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                let passes = state.withLock { state -> Bool in
                    guard state.allowed > 0 else {
                        state.sleeper = continuation
                        return false
                    }
                    state.allowed -= 1
                    state.now = deadline
                    return true
                }
                if passes { continuation.resume() } else { finishStepping() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                defer { state.sleeper = nil }
                return state.sleeper
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    private func finishStepping() {
        let stepper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.stepper = nil }
            return state.stepper
        }
        stepper?.resume()
    }
}
