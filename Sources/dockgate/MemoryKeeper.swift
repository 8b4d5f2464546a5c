import Admission
import Dispatch
import Logging
import PolicyEngine
import ServiceLifecycle
import State

/// Keeps what the gate has learned for the next start: from time to time, at once where something ended, and at the end.
struct MemoryKeeper: Service {
    private let results: RememberedResults
    private let collections: TrustedCollections
    private let logger: Logger
    /// Writing waits for the disk, which no task should. One follows another.
    private let queue = DispatchQueue(label: "dockgate.memory")

    /// What is learned within this time is lost with the process; then an image waits for its registry once more.
    private static let period = Duration.seconds(30)

    /// From here on `memory` knows what was kept before.
    init(
        of memory: GateMemory, _ collections: TrustedCollections, in state: StateDirectory, asking policies: PolicySet,
        _ logger: Logger
    ) {
        self.collections = collections
        self.logger = logger
        let now = SystemClock.now()
        results = RememberedResults(memory, in: state, asking: policies.rememberedQuestions(at: now), at: now) {
            reason in
            logger.error("what checks came to before the start is not known: the file in the state directory \(reason)")
        }
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { for await _ in results.isUrgent { await keep() } }
                group.addTask {
                    while (try? await Task.sleep(for: MemoryKeeper.period)) != nil { await keep() }
                }
            }
        }
        await keep()
    }

    private func keep() async {
        await withCheckedContinuation { continuation in
            queue.async {
                do throws(StateError) {
                    try results.keep(at: SystemClock.now())
                } catch {
                    logger.error("what checks came to is not kept for the next start: \(error.description.printable)")
                }
                do throws(StateError) {
                    try collections.keep()
                } catch {
                    logger.error(
                        "what was verified of trusted collections is not kept for the next start: \(error.description.printable)"
                    )
                }
                continuation.resume()
            }
        }
    }
}
