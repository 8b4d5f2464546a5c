import PolicyEngine
import Timestamp

/// Which images were admitted in which namespaces under checks that move with time, and since when they fail them.
///
/// Only an image that is admitted and for which the check holds makes an entry. What is forgotten counts as never admitted,
/// and is refused; but a first failure that were forgotten alone would let the image in for longer, so that is kept at once.
final class EarlierAdmissions: Sendable {
    struct Entry {
        let admitted: Instant
        /// When it first failed after that, and when that is of no use any more.
        let failing: (since: Instant, until: Instant)?

        func isOfUse(at now: Instant) -> Bool { failing.map { now < $0.until } ?? true }
    }

    let memory: BoundedMemory<AdmittedImage, Entry>

    /// An image in a namespace under a check; more rarely run at a time. Each takes some 300 bytes.
    static let maximumEntries = 16_384
    /// Kubernetes names no namespace longer.
    private static let maximumNamespaceBytes = 63
    /// An image that is admitted again so soon after it was need not be noted again.
    private static let refresh = Duration.seconds(3_600)

    /// Remembers nothing yet.
    ///
    /// - Parameter whenEnding: called when an image first fails; it must not wait.
    init(
        maximumEntries: Int = EarlierAdmissions.maximumEntries, whenEnding: @escaping @Sendable () -> Void = {}
    ) {
        memory = BoundedMemory(maximumEntries: maximumEntries, time: \.admitted, whenEnding: whenEnding)
    }

    /// Nil if it was not admitted, or nobody remembers.
    subscript(image: AdmittedImage) -> EarlierAdmission? {
        memory[image].map { EarlierAdmission(firstFailure: $0.failing?.since) }
    }

    /// Notes what checks came to at `now`.
    ///
    /// - Parameter isAdmitted: whether the request was let in that brought the image.
    func note(_ results: [MovingResult], isAdmitted: Bool, at now: Instant) {
        for result in results {
            if !result.hasPassed {
                noteFailure(result, at: now)
            } else if isAdmitted, result.image.namespace.count <= EarlierAdmissions.maximumNamespaceBytes {
                noteAdmission(of: result.image, at: now)
            }
        }
    }

    private func noteAdmission(of image: AdmittedImage, at now: Instant) {
        memory.update(image) { entry in
            if let known = entry {
                if let failing = known.failing {
                    // A decision that began earlier may end later.
                    guard failing.since < now else { return .none }
                } else {
                    let age = now - known.admitted
                    guard age < .zero || age >= EarlierAdmissions.refresh else { return .none }
                }
            }
            entry = Entry(admitted: now, failing: nil)
            return .learned
        }
    }

    private func noteFailure(_ result: MovingResult, at now: Instant) {
        memory.update(result.image) { entry in
            guard let known = entry else { return .none }
            if let failing = known.failing, failing.since <= now { return .none }
            entry = Entry(admitted: known.admitted, failing: (now, now + result.period))
            return .ended
        }
    }

    /// What is still of use at `now`. What is of no use any more is forgotten.
    func entries(at now: Instant) -> [(key: AdmittedImage, value: Entry)] {
        memory.entries { $0.isOfUse(at: now) }
    }
}
