@testable import Admission
import Synchronization
import Testing

@Suite struct SingleFlightTests {
    /// Work that ends when it is let.
    private final class Work: Sendable {
        private let state = Mutex((runs: 0, isHeldUp: true))

        var runs: Int { state.withLock { $0.runs } }
        func letGo() { state.withLock { $0.isHeldUp = false } }

        func run() async -> Int {
            let run = state.withLock { state in
                state.runs += 1
                return state.runs
            }
            while state.withLock({ $0.isHeldUp }) { try? await Task.sleep(for: .milliseconds(1)) }
            return run
        }
    }

    @Test("whoever asks meanwhile waits for the same result, and whoever asks later starts anew")
    func joining() async {
        let flights = SingleFlight<String, Int>(maximumFlights: 4, maximumOfGroup: 4) { _ in "group" }
        let work = Work()
        let waiters = (0..<20).map { _ in
            Task { await flights.value(for: "a", until: .now + .seconds(60)) { await work.run() } }
        }
        #expect(await eventually { work.runs == 1 })
        work.letGo()
        var results: Set<Int> = []
        for waiter in waiters {
            if case .value(let value) = await waiter.value { results.insert(value) }
        }
        // Who came after the work was let go may have started it again; at first there was one.
        #expect(results.contains(1))
        guard
            case .value(let again) = await flights.value(
                for: "a", until: .now + .seconds(60), from: { await work.run() })
        else { return #expect(Bool(false)) }
        #expect(again > 1)
    }

    @Test("a waiter leaves at its own deadline, and the others stay")
    func deadlines() async {
        let flights = SingleFlight<String, Int>(maximumFlights: 4, maximumOfGroup: 4) { _ in "group" }
        let work = Work()
        let patient = Task { await flights.value(for: "a", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        let start = ContinuousClock.now
        let hasty = await flights.value(for: "a", until: .now + .milliseconds(30)) { await work.run() }
        guard case .deadlinePassed = hasty else { return #expect(Bool(false)) }
        #expect(ContinuousClock.now - start < .seconds(30))
        work.letGo()
        guard case .value(1) = await patient.value else { return #expect(Bool(false)) }
        #expect(work.runs == 1)
    }

    @Test("the work goes on when everybody has left, and who comes back joins it")
    func lateWork() async {
        let flights = SingleFlight<String, Int>(maximumFlights: 4, maximumOfGroup: 4) { _ in "group" }
        let work = Work()
        guard case .deadlinePassed = await flights.value(for: "a", until: .now, from: { await work.run() }) else {
            return #expect(Bool(false))
        }
        let back = Task { await flights.value(for: "a", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        try? await Task.sleep(for: .milliseconds(20))
        work.letGo()
        guard case .value(1) = await back.value else { return #expect(Bool(false)) }
    }

    @Test("beyond the bound new work is refused; what is under way can still be joined, and room comes back")
    func bound() async {
        let flights = SingleFlight<String, Int>(maximumFlights: 1, maximumOfGroup: 1) { _ in "group" }
        let work = Work()
        let first = Task { await flights.value(for: "a", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        guard case .full = await flights.value(for: "b", until: .now + .seconds(60), from: { 0 }) else {
            return #expect(Bool(false))
        }
        guard case .deadlinePassed = await flights.value(for: "a", until: .now, from: { 0 }) else {
            return #expect(Bool(false))
        }
        work.letGo()
        _ = await first.value
        guard case .value(7) = await flights.value(for: "b", until: .now + .seconds(60), from: { 7 }) else {
            return #expect(Bool(false))
        }
    }

    @Test("a group that has all it may have leaves room for the others")
    func groups() async {
        let flights = SingleFlight<String, Int>(maximumFlights: 8, maximumOfGroup: 1) { String($0.prefix(4)) }
        let work = Work()
        let first = Task { await flights.value(for: "slow/a", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        let second = await flights.value(for: "slow/b", until: .now + .seconds(60), from: { 0 })
        guard case .full = second else { return #expect(Bool(false)) }
        let other = await flights.value(for: "fast/a", until: .now + .seconds(60), from: { 7 })
        guard case .value(7) = other else { return #expect(Bool(false)) }
        work.letGo()
        _ = await first.value
        let again = await flights.value(for: "slow/b", until: .now + .seconds(60), from: { 8 })
        guard case .value(8) = again else { return #expect(Bool(false)) }
    }
}
