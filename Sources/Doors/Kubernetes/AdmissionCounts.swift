import Synchronization

/// What became of the reviews that a door was sent, counted since it was made.
public final class AdmissionCounts: Sendable {
    private let notJudgedCount = Atomic(0)
    private let invalidCount = Atomic(0)
    private let warmCount = Atomic(0)
    private let coldCount = Atomic(0)
    private let lateCount = Atomic(0)
    private let overloadedCount = Atomic(0)

    /// They brought no image, and so were no decision.
    public var notJudged: Int { notJudgedCount.load(ordering: .relaxed) }
    /// They could not be read, or it could not be said which images they bring.
    public var invalid: Int { invalidCount.load(ordering: .relaxed) }
    /// They were judged from memory.
    public var warm: Int { warmCount.load(ordering: .relaxed) }
    /// Evidence had to be fetched first.
    public var cold: Int { coldCount.load(ordering: .relaxed) }
    /// Neither decision nor record were there when the caller's patience ended.
    public var late: Int { lateCount.load(ordering: .relaxed) }
    /// There was no room for them.
    public var overloaded: Int { overloadedCount.load(ordering: .relaxed) }

    enum Event {
        case notJudged, invalid, warm, cold, late, overloaded
    }

    func add(_ event: Event) {
        switch event {
        case .notJudged: notJudgedCount.add(1, ordering: .relaxed)
        case .invalid: invalidCount.add(1, ordering: .relaxed)
        case .warm: warmCount.add(1, ordering: .relaxed)
        case .cold: coldCount.add(1, ordering: .relaxed)
        case .late: lateCount.add(1, ordering: .relaxed)
        case .overloaded: overloadedCount.add(1, ordering: .relaxed)
        }
    }
}
