public import OCI
import PolicyEngine
public import State
public import Timestamp

/// A gate's memory on disk, so that it survives a restart.
///
/// What held and is not kept is a refusal after a restart, so that may be kept late. What ended must not come back, so that
/// is kept at once; and if it cannot be, the file is taken away, which needs no space.
public struct RememberedResults: Sendable {
    private let file: StateFile
    private let memory: GateMemory

    /// Far above sixteen thousand results and as many admissions, with names of ordinary length.
    static let maximumBytes = 32 << 20

    /// Of what was kept before, if anything was and counts, `memory` knows from now on as far as checks ask these questions.
    ///
    /// - Parameter lost: told why what was kept does not count, as the end of a sentence that begins with it.
    public init(
        _ memory: GateMemory, in state: StateDirectory, asking questions: Set<Digest>, at now: Instant,
        lost: (String) -> Void
    ) {
        self.memory = memory
        file = state.file("remembered-results", version: 1, maximumBytes: RememberedResults.maximumBytes)
        switch file.load() {
        case .absent: break
        case .unusable(let reason): lost(reason)
        case .kept(let bytes):
            if let content = MemoryContent(parsing: bytes) {
                memory.results.memory.restore(content.results.filter { now < $0.value.until })
                memory.admissions.memory.restore(content.admissions.filter { $0.value.isOfUse(at: now) })
                memory.forget(allBut: questions)
                do throws(StateError) { try keep(at: now) } catch { lost("cannot be written anew: \(error)") }
            } else {
                lost("is malformed")
            }
        }
    }

    /// Yields when something is to be kept at once.
    public var isUrgent: AsyncStream<Void> { memory.urgent }

    /// Keeps what has changed. It waits for the disk; not for event loops, and one call at a time. After an error what was
    /// not kept is tried again by the next call.
    public func keep(at now: Instant) throws(StateError) {
        let changes = memory.takeChanges()
        guard changes.any else { return }
        do throws(StateError) {
            let content = MemoryContent(
                results: memory.results.entries(at: now), admissions: memory.admissions.entries(at: now))
            try file.keep(content.bytes)
        } catch {
            memory.putBack(changes)
            if changes.endings { try file.forget() }
            throw error
        }
    }
}
