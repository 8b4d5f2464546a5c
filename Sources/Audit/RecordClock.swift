public import Timestamp

/// Watches the times that records tell, one after the other. Their order is that of their numbers, whatever a clock
/// says; one that is set back is no fault of the log, but something that its reader should know.
public struct RecordClock: Hashable, Sendable {
    /// A decision is recorded when it is made and has the time of when it was asked for; at most half a minute lies
    /// between the two. So neighbours may differ, and only more than this means that the clock was set back.
    static let tolerance = Duration.seconds(60)

    /// Between two records.
    public struct StepBack: Hashable, Sendable {
        /// The `seq` of the record after it.
        public let sequence: Int
        /// The latest time before it.
        public let from: Instant
        /// The time of the record after it.
        public let to: Instant
    }

    /// The first time that the clock went back; nil if it never did.
    public private(set) var firstStepBack: StepBack?
    /// How often it did.
    public private(set) var stepsBack = 0
    private var latest: Instant?

    mutating func read(_ time: Instant, at sequence: Int) {
        guard let latest, latest - time > RecordClock.tolerance else {
            self.latest = max(latest ?? time, time)
            return
        }
        stepsBack += 1
        if firstStepBack == nil { firstStepBack = StepBack(sequence: sequence, from: latest, to: time) }
        self.latest = time
    }
}
