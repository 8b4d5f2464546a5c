import PolicyEngine
import Trust

/// What of the evidence that was looked at decided, and is therefore kept.
///
/// Whoever may push to a repository chooses what lies there, and each thing kept is a file that is never removed. So a
/// refusal, which anyone can provoke, keeps little; and what passed keeps only what it passed by. What is not kept is
/// not in the record's list of evidence either; the image's digest always is in the record.
struct DecisiveEvidence {
    let contents: [Fetched.Content]
    /// Whether a believed signer had a hand in it. What is not, whoever may push can bring about as often as they like.
    let isSigned: Bool

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
        isSigned = false
    }

    /// - Parameter basis: what the outcome rests on, in the order in which it was asked for.
    init(of outcome: VerificationOutcome, from basis: [Fetched]) {
        switch outcome {
        case .passed:
            contents = basis.found
            isSigned = true
        case .violated:
            var room = DecisiveEvidence.maximumRefusedBytes
            contents = basis.found.filter { content in
                guard content.bytes.count <= room else { return false }
                room -= content.bytes.count
                return true
            }
            isSigned = false
        case .undetermined:
            contents = []
            isSigned = false
        }
    }
}

extension [Fetched] {
    fileprivate var found: [Fetched.Content] {
        compactMap { if case .found(let content) = $0 { content } else { nil } }
    }
}
