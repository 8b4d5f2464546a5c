import OCI
import PolicyEngine

/// What a gate remembers of decisions beyond evidence, also across a restart. A class, since each request hands it around: one
/// reference is counted.
public final class GateMemory: Sendable {
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

    /// Notes what came of checks. A dry run is no failure of what runs.
    func note(_ decision: Decision, isDryRun: Bool) {
        for image in decision.images {
            results.note(image.decision.determined, at: decision.decidedAt)
            if !isDryRun { admissions.note(image.decision.moving, isAdmitted: false, at: decision.decidedAt) }
        }
    }

    /// Notes that the images of the decision were admitted, if they were: once its record is durable, since before nothing
    /// is. A dry run admits nothing.
    func noteAdmission(_ decision: Decision, isDryRun: Bool) {
        guard !isDryRun, decision.allImagesAllowed else { return }
        for image in decision.images {
            admissions.note(image.decision.moving, isAdmitted: true, at: decision.decidedAt)
        }
    }

    /// Forgets everything but what is known about these questions.
    func forget(allBut questions: Set<Digest>) {
        results.memory.forget { !questions.contains($0.check) }
        admissions.memory.forget { !questions.contains($0.check) }
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
