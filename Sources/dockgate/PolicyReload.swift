import Admission
import Audit
import Dispatch
import Logging
import OCI
import PolicyDocuments
import PolicyEngine
import State
import Synchronization
import TUFMirror
import Timestamp
import Trust

/// Keeps the policies in force at what the policy directory says. All or nothing: if one document is bad, what is in
/// force stays in force, and log, audit log and readiness say so.
///
/// What is in force is also kept for the next start, which may find the directory broken.
final class PolicyReload: Sendable {
    private let directory: String
    private let formats: [any AttestorFormat]
    private let gate: Gate
    /// Nil if nothing is remembered between runs.
    private let saved: SavedPolicies?
    private let mirrors: TrustMirrors
    private let clock: @Sendable () -> Instant
    private let logger: Logger
    /// Reading waits for the disk, which no event loop and no task should. One look follows another.
    private let queue = DispatchQueue(label: "dockgate.policies")
    private let progress: Mutex<Progress>
    private let standing = Mutex(Standing())

    /// Changed by one look at a time.
    private struct Progress {
        /// What the last load saw, whatever came of it.
        var source: WatchedSource
        /// What the last look saw, if it was something else.
        var change: Digest?
        var inForce: InForce
    }

    /// The documents in force, and what mirrors had when they were loaded.
    private struct InForce {
        let documents: SavedDocuments
        let materials: [MirroredTarget: MirroredMaterial]

        init(_ loaded: LoadedPolicies, at time: Instant) {
            (documents, materials) = (loaded.saved(at: time), loaded.materials)
        }
    }

    private struct Standing {
        var failures = 0
        var failingSince: Instant?
        /// When what is in force was saved, if it is that because nothing newer loads since the start.
        var restoredFrom: Instant?
        var isSaved = false
    }

    /// - Parameters:
    ///   - formats: what attestors may be.
    ///   - initial: what the gate's policies are.
    init(
        directory: String, formats: [any AttestorFormat], initial: InitialPolicies, gate: Gate,
        saved: SavedPolicies?, mirrors: TrustMirrors, clock: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.directory = directory
        self.formats = formats
        self.gate = gate
        self.saved = saved
        self.mirrors = mirrors
        self.clock = clock
        self.logger = logger
        progress = Mutex(
            Progress(source: initial.source, inForce: InForce(initial.loaded, at: clock())))
        mirrors.keepOnly(initial.loaded.materials.keys)
    }

    /// Says what the gate starts with, and keeps it for the next start. To be called once, before any look.
    func begin(with initial: InitialPolicies) async {
        await onQueue { [self] in
            for warning in initial.loaded.warnings { logger.warning("\(warning.description.printable)") }
            if let restoration = initial.restoration {
                tell(of: restoration)
            } else {
                keepForNextStart(initial.loaded)
            }
            logger.info("\(initial.loaded.policySet.summary)")
        }
    }

    /// Loads what has changed since the last load. Somebody may be just writing it, so a change counts when two looks in
    /// turn have seen the same.
    func look() async {
        await onQueue { [self] in
            progress.withLock { progress in
                let current = progress.source.lookAgain()
                guard current != progress.source.seen else {
                    progress.change = nil
                    if isFailing { renewMaterials(&progress) }
                    return
                }
                guard progress.change == current else {
                    progress.change = current
                    return
                }
                load(&progress)
            }
        }
    }

    /// Loads at once, for somebody who asked for it.
    func load() async {
        await onQueue { [self] in progress.withLock { load(&$0) } }
    }

    /// What readiness says beside: a gate whose newer documents are bad goes on with those in force, and must not be
    /// taken out of service for it.
    var remark: String {
        let standing = standing.withLock { $0 }
        var parts = ["revision \(gate.policyRevision)"]
        if let savedAt = standing.restoredFrom { parts.append("the last good set, saved \(savedAt.rfc3339)") }
        if let since = standing.failingSince {
            parts.append("since \(since.rfc3339) the documents do not load, see the log")
        }
        if standing.failures > 0 { parts.append("\(standing.failures) loads have failed since the start") }
        if !standing.isSaved { parts.append("not kept for the next start, see the log") }
        return parts.joined(separator: ", ")
    }

    private func load(_ progress: inout Progress) {
        let source = WatchedSource(FileSystemSource(materials: mirrors))
        progress.source = source
        progress.change = nil
        do throws(LoadFailure) {
            let loaded = try PolicyDocuments.load(
                directory: directory, formats: formats, now: clock(), from: source)
            standing.withLock { standing in
                standing.failingSince = nil
                standing.restoredFrom = nil
            }
            use(loaded, &progress)
            keepForNextStart(loaded)
        } catch {
            keep(because: error)
            renewMaterials(&progress)
        }
    }

    /// What mirrors have is not the fault of documents that do not load: those in force go on with what is trusted now, and
    /// never with what is trusted no more.
    private func renewMaterials(_ progress: inout Progress) {
        let inForce = progress.inForce
        guard inForce.materials.contains(where: { mirrors.material(of: $0.key) != $0.value }) else { return }
        do throws(LoadFailure) {
            let loaded = try PolicyDocuments.load(
                inForce.documents, inPlaceOf: directory, formats: formats, now: clock(),
                materials: mirrors)
            use(loaded, &progress)
        } catch {
            // They loaded before, and nothing that a mirror has keeps documents from loading.
            for problem in error.diagnostics { logger.error("\(problem.description.printable)") }
        }
    }

    private func use(_ loaded: LoadedPolicies, _ progress: inout Progress) {
        progress.inForce = InForce(loaded, at: clock())
        mirrors.keepOnly(loaded.materials.keys)
        let previous = gate.policyRevision
        guard loaded.policySet.revision != previous else {
            logger.info("the policies were read again and are those in force, revision \(previous)")
            return
        }
        gate.use(loaded.policySet, at: clock())
        for warning in loaded.warnings { logger.warning("\(warning.description.printable)") }
        logger.info("other policies are in force: \(loaded.policySet.summary)")
        record(.exchanged(from: previous, to: loaded.policySet.revision))
    }

    private var isFailing: Bool { standing.withLock { $0.failingSince != nil } }

    private func keep(because failure: LoadFailure) {
        let problems = note(failure)
        logger.error("the policies were read again and do not load; revision \(gate.policyRevision) stays in force")
        record(.kept(gate.policyRevision, because: problems))
    }

    private func tell(of restoration: InitialPolicies.Restoration) {
        let problems = note(restoration.failure)
        standing.withLock { standing in
            standing.restoredFrom = restoration.savedAt
            standing.isSaved = true
        }
        logger.error(
            """
            the policies do not load; the last good set, saved \(restoration.savedAt.rfc3339), is in force until they are \
            mended, revision \(gate.policyRevision)
            """)
        record(.restored(gate.policyRevision, savedAt: restoration.savedAt, because: problems))
    }

    /// Counts and logs what is wrong, and gives it a text for each problem.
    private func note(_ failure: LoadFailure) -> [String] {
        standing.withLock { standing in
            standing.failures += 1
            standing.failingSince = standing.failingSince ?? clock()
        }
        let problems = failure.diagnostics.map(\.description.printable)
        for problem in problems { logger.error("\(problem)") }
        return problems
    }

    /// What is in force counts whether it can be kept or not.
    private func keepForNextStart(_ loaded: LoadedPolicies) {
        guard let saved else { return }
        do throws(StateError) {
            try saved.keep(loaded, at: clock())
            standing.withLock { $0.isSaved = true }
        } catch {
            standing.withLock { $0.isSaved = false }
            logger.error("the policies in force are not kept for the next start: \(error.description.printable)")
        }
    }

    /// The set counts whether its change can be recorded or not: every decision's record names the set it was made by.
    private func record(_ event: PolicyEvent) {
        gate.record(event, at: clock(), on: self) { [logger] error in
            if let error { logger.error("this is not in the audit log: \(error.description.printable)") }
        }
    }

    private func onQueue(_ work: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async {
                work()
                continuation.resume()
            }
        }
    }
}

extension PolicyReload: CompletionExecutor {
    func execute(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
