import PolicyEngine

/// What a gate remembers of decisions beyond evidence, also across a restart.
public struct GateMemory: Sendable {
    let results: LastKnownGood
    let admissions: EarlierAdmissions
    /// Yields when something is to be kept at once.
    let urgent: AsyncStream<Void>

    /// Remembers nothing yet.
    public init() {
        let (urgent, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.urgent = urgent
        results = LastKnownGood { continuation.yield() }
        admissions = EarlierAdmissions { continuation.yield() }
    }

    /// Notes what came of checks. A dry run admits nothing, and is no failure of what runs.
    func note(_ decision: Decision, isDryRun: Bool) {
        for image in decision.images {
            results.note(image.decision.determined, at: decision.decidedAt)
            guard !isDryRun else { continue }
            admissions.note(
                image.decision.moving, isAdmitted: decision.allImagesAllowed, at: decision.decidedAt)
        }
    }

    // MARK: - What is kept

    /// What has changed since it was last taken.
    func takeChanges() -> MemoryChanges {
        var changes = results.memory.takeChanges()
        changes.add(admissions.memory.takeChanges())
        return changes
    }

    /// Says that they are still to be kept, wherever they were.
    func putBack(_ changes: MemoryChanges) { results.memory.putBack(changes) }
}
