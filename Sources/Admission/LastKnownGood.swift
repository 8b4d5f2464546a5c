import PolicyEngine
import Timestamp

/// What checks last came to, image by image, for a time when nobody can look.
///
/// Only a check that passed makes an entry, so nobody can fill the memory with images that no believed signer signed. A
/// violation ends it at once, whatever clocks say, and a result that is older than the violation does not bring it back.
/// Whose credentials fetched the evidence is no part of it: their identities end with the process, and what a believed signer
/// said of a digest is the same for all. To remember takes a short lock; what is kept on disk is `RememberedResults`' business and in no decision's way.
final class LastKnownGood: Sendable {
    struct Entry {
        let at: Instant
        /// When it is of no use any more.
        let until: Instant
        /// A violation is kept only where something had passed before.
        let hasPassed: Bool
    }

    let memory: BoundedMemory<CheckedImage, Entry>

    /// An image in a repository under a check; more are rarely in use at a time. Each takes some 300 bytes.
    static let maximumEntries = 16_384
    /// A check that passes again so soon after it did need not be noted again.
    private static let refresh = Duration.seconds(60)

    /// Remembers nothing yet.
    ///
    /// - Parameter whenEnding: called when something ended; it must not wait.
    init(maximumEntries: Int = LastKnownGood.maximumEntries, whenEnding: @escaping @Sendable () -> Void = {}) {
        memory = BoundedMemory(maximumEntries: maximumEntries, time: \.at, whenEnding: whenEnding)
    }

    /// When that check last passed for that image, unless it has been violated since.
    func passed(_ image: CheckedImage) -> Instant? {
        guard let entry = memory[image], entry.hasPassed else { return nil }
        return entry.at
    }

    /// Notes what was found out at `now`.
    func note(_ results: [DeterminedResult], at now: Instant) {
        for result in results {
            if result.hasPassed { notePass(result, at: now) } else { noteViolation(of: result.image, at: now) }
        }
    }

    private func notePass(_ result: DeterminedResult, at now: Instant) {
        memory.update(result.image) { entry in
            if let known = entry {
                if known.hasPassed {
                    let age = now - known.at
                    guard age < .zero || age >= LastKnownGood.refresh else { return .none }
                } else {
                    guard known.at < now else { return .none }
                }
            }
            entry = Entry(at: now, until: now + result.period, hasPassed: true)
            return .learned
        }
    }

    private func noteViolation(of image: CheckedImage, at now: Instant) {
        memory.update(image) { entry in
            guard let known = entry, known.hasPassed else { return .none }
            entry = Entry(at: now, until: known.until, hasPassed: false)
            return .ended
        }
    }

    /// What passed last and is still of use at `now`. What is of no use any more is forgotten.
    func entries(at now: Instant) -> [(key: CheckedImage, value: Entry)] {
        memory.entries { now < $0.until }.filter(\.value.hasPassed)
    }
}
