import ServiceLifecycle
import UnixSignals

/// Reloads on SIGHUP, and looks from time to time whether there is something to reload.
struct PolicyWatch: Service {
    /// Trapped before the gate says that it is ready: until then SIGHUP ends the program.
    let hangups: UnixSignalsSequence
    let policies: PolicyReload

    /// Policies are a few kilobytes, so it costs next to nothing; a change is in force after at most two looks.
    private static let period = Duration.seconds(1)

    func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask {
                    for await _ in hangups { await policies.load() }
                }
                group.addTask {
                    while (try? await Task.sleep(for: PolicyWatch.period)) != nil { await policies.look() }
                }
            }
        }
    }
}
