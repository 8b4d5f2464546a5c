import Doors
import Logging
import NIOPosix
import ServiceLifecycle
import Timestamp
import UnixSignals

/// Looks at the listener's files again and again, and at once when it is sent SIGHUP, so that a renewed certificate is
/// shown without a restart.
///
/// It reads them rather than waits for news of them: that works on every file system and however they are exchanged, and
/// a few small files cost nothing.
struct CertificateWatch: Service {
    let rotation: CertificateRotation
    let hangups: UnixSignalsSequence
    let logger: Logger

    /// A kubelet takes up to a minute to hand a new Secret to a Pod, so this adds little.
    private static let interval = Duration.seconds(5)

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in hangups { await look(isAsked: true) }
                }
                group.addTask {
                    while (try? await Task.sleep(for: CertificateWatch.interval)) != nil { await look(isAsked: false) }
                }
            }
        }
    }

    /// Off the threads that run tasks: a disk may hang.
    private func look(isAsked: Bool) async {
        let outcome = try? await NIOThreadPool.singleton.runIfActive { rotation.look(repeating: isAsked) }
        switch outcome {
        case .replaced(let end)?:
            logger.info("another serving certificate is shown from now on, valid until \(end.rfc3339)")
        case .kept(let reason)?:
            logger.warning(
                "the serving certificate stays what it was, since what its files hold cannot be used: \(reason)")
        case .unchanged? where isAsked:
            logger.info("the serving certificate is what its files hold")
        case .unchanged?, nil:
            break
        }
    }
}
