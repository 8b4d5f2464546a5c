import Timestamp

/// The exceptions of a policy set. A class, since the set is handed around for every image, and most have none.
final class PolicyExceptions: Sendable {
    /// Those that last longest first.
    let all: [PolicyException]
    private let index: PolicyIndex

    /// Nil if there are none.
    init?(_ exceptions: [PolicyException]) {
        guard !exceptions.isEmpty else { return nil }
        all = exceptions.sorted(by: PolicyException.precedes)
        index = PolicyIndex(all.map(\.selector))
    }

    /// The exceptions for one image at that time, those first that last longest. What lifts only some findings of a check
    /// leaves the check to judge the others, so it is not among them.
    func applicable(to image: ImageUnderJudgement, at now: Instant) -> [ApplicableException] {
        var applicable: [ApplicableException] = []
        for position in index.candidates(for: image) {
            let exception = all[Int(position)]
            guard exception.phase(at: now) == .active, exception.only.isEmpty else { continue }
            switch exception.selector.match(image) {
            case .yes: applicable.append(ApplicableException(exception: exception, awaitsDigest: false))
            case .whenResolved: applicable.append(ApplicableException(exception: exception, awaitsDigest: true))
            case .no, .noNamespace, .noNamespaceLabels, .unknown: continue
            }
        }
        return applicable
    }
}

/// An exception that is in force for an image, or will be if the tag stands for the digest that it names.
struct ApplicableException {
    let exception: PolicyException
    let awaitsDigest: Bool
}
