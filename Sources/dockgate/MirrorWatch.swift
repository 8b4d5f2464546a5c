import Logging
import ServiceLifecycle
import TUFMirror
import Timestamp
import Trust
import UnixSignals

/// Keeps what policies trust of mirrors up to date, from time to time and on SIGHUP, and says in time that it will expire.
struct MirrorWatch: Service {
    /// Trapped before the gate says that it is ready: until then SIGHUP ends the program.
    let hangups: UnixSignalsSequence
    let mirrors: TrustMirrors
    let client: MirrorClient
    let policies: PolicyReload
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// How often it is looked whether a mirror is to be asked, which costs nothing.
    private static let period = Duration.seconds(1)

    func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { for await _ in hangups { mirrors.makeDue() } }
                group.addTask {
                    repeat { await refresh() } while (try? await Task.sleep(for: MirrorWatch.period)) != nil
                }
            }
        }
    }

    /// What readiness says beside: a gate whose mirror fails goes on with what it has, and with its other attestors.
    var remark: String? {
        let now = clock()
        let lines = mirrors.standings().map { $0.remark(at: now) }
        return lines.isEmpty ? nil : lines.joined(separator: "; ").printable
    }

    private func refresh() async {
        let refreshes = await mirrors.refresh(mirrors.due(), by: client)
        guard !refreshes.isEmpty else { return }
        for refresh in refreshes { tell(of: refresh) }
        let now = clock()
        for standing in mirrors.standings() {
            if let alarm = standing.alarm(at: now) { logger.warning("\(alarm.printable)") }
        }
        if refreshes.contains(where: \.isChange) { await policies.load() }
    }

    private func tell(of refresh: TrustMirrors.Refresh) {
        if let problem = refresh.problem {
            logger.error("\("\(refresh.target.phrase) was not refreshed: \(problem)".printable)")
        } else if refresh.isChange {
            logger.info("\("\(refresh.target.phrase) was refreshed, and is another one".printable)")
        }
        if let failure = refresh.keepFailure {
            logger.error("\("\(refresh.target.phrase) is not kept for the next start: \(failure)".printable)")
        }
    }
}
