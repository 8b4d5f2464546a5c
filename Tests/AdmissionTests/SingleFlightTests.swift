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

    /// The first letter of a key is its group.
    private static func flights(_ flights: Int, perGroup: Int = 4, queued: Int = 0) -> SingleFlight<String, Int> {
        SingleFlight(
            limits: .init(flights: flights, flightsPerGroup: perGroup, queuedPerGroup: queued),
            group: { String($0.prefix(1)) })
    }

    @Test("whoever asks meanwhile waits for the same result, and whoever asks later starts anew")
    func joining() async {
        let flights = Self.flights(4)
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
        let flights = Self.flights(4)
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
        let flights = Self.flights(4)
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
        let flights = Self.flights(1, perGroup: 1)
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

    @Test("what finds no place in its group queues for one, and another group has its own places")
    func groups() async {
        let flights = Self.flights(3, perGroup: 1, queued: 1)
        let work = Work()
        let first = Task { await flights.value(for: "a1", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        let queued = Task { await flights.value(for: "a2", until: .now + .seconds(60)) { await work.run() } }
        // Joins or makes the queued one; until it is there, another finds the queue empty.
        guard case .deadlinePassed = await flights.value(for: "a2", until: .now + .milliseconds(50), from: { 0 }) else {
            return #expect(Bool(false))
        }
        guard case .full = await flights.value(for: "a3", until: .now + .seconds(60), from: { 0 }) else {
            return #expect(Bool(false))
        }
        guard case .value(7) = await flights.value(for: "b1", until: .now + .seconds(60), from: { 7 }) else {
            return #expect(Bool(false))
        }
        #expect(work.runs == 1)
        work.letGo()
        guard case .value = await first.value, case .value = await queued.value else { return #expect(Bool(false)) }
        guard case .value(8) = await flights.value(for: "a3", until: .now + .seconds(60), from: { 8 }) else {
            return #expect(Bool(false))
        }
    }

    @Test("what nobody waits for any more is not begun, and leaves its place in the queue")
    func abandonedInQueue() async {
        let flights = Self.flights(2, perGroup: 1, queued: 1)
        let work = Work()
        let abandoned = Work()
        let first = Task { await flights.value(for: "a1", until: .now + .seconds(60)) { await work.run() } }
        #expect(await eventually { work.runs == 1 })
        for key in ["a2", "a3", "a4"] {
            guard case .deadlinePassed = await flights.value(for: key, until: .now, from: { await abandoned.run() })
            else { return #expect(Bool(false)) }
        }
        work.letGo()
        _ = await first.value
        guard case .value(9) = await flights.value(for: "a5", until: .now + .seconds(60), from: { 9 }) else {
            return #expect(Bool(false))
        }
        #expect(abandoned.runs == 0)
    }
}
