import PolicyEngine
import Trust

/// What of the evidence that was looked at decided, and is therefore kept.
///
/// Whoever may push to a repository chooses what lies there, and each thing kept is a file that is never removed. So a
/// refusal, which anyone can provoke, keeps little; and what passed keeps only what it passed by. What is not kept is
/// not in the record's list of evidence either; the image's digest always is in the record.
struct DecisiveEvidence {
    let contents: [Fetched.Content]

    /// Real image manifests have a few KiB and large indexes some 50.
    static let maximumResolvedBytes = 256 * 1_024
    /// For all that one refusal was judged on. A signature with its manifest has some 2 KiB.
    static let maximumRefusedBytes = 64 * 1_024

    init(of resolution: Resolution, from answer: Fetched) {
        let limit =
            switch resolution {
            case .resolved: DecisiveEvidence.maximumResolvedBytes
            case .violated: DecisiveEvidence.maximumRefusedBytes
            case .undetermined: 0
            }
        contents = [answer].found.filter { $0.bytes.count <= limit }
    }

    /// - Parameter rounds: what was asked for until there was an outcome, in order.
    init(of outcome: VerificationOutcome, from rounds: [VerificationRound]) {
        switch outcome {
        case .passed:
            contents = rounds.dropLast().flatMap(\.found) + (rounds.last?.passing ?? [])
        case .violated:
            var room = DecisiveEvidence.maximumRefusedBytes
            contents = rounds.flatMap(\.found).filter { content in
                guard content.bytes.count <= room else { return false }
                room -= content.bytes.count
                return true
            }
        case .undetermined:
            contents = []
        }
    }
}

/// One step of a verification: what it asked for and was given, and how it stood before it saw that.
struct VerificationRound {
    private let answers: [(locator: Locator, fetched: Fetched)]
    private let verification: any Verification

    init(_ locators: [Locator], _ received: [Locator: Fetched], before verification: any Verification) {
        answers = locators.compactMap { locator in received[locator].map { (locator, $0) } }
        self.verification = verification
    }

    var found: [Fetched.Content] { answers.map(\.fetched).found }

    /// What the verification passes by. A verification is a function of what it is given, so it is asked again with
    /// each answer alone; when it passes with none alone, it needs them all.
    var passing: [Fetched.Content] {
        guard found.count > 1 else { return found }
        let sufficient = answers.filter { isEnough($0.locator) }.map(\.fetched).found
        return sufficient.isEmpty ? found : sufficient
    }

    private func isEnough(_ locator: Locator) -> Bool {
        var verification = verification
        var received: [Locator: Fetched] = [:]
        for answer in answers { received[answer.locator] = answer.locator == locator ? answer.fetched : .absent }
        guard case .outcome(.passed) = verification.next(received) else { return false }
        return true
    }
}

extension [Fetched] {
    fileprivate var found: [Fetched.Content] {
        compactMap { if case .found(let content) = $0 { content } else { nil } }
    }
}
