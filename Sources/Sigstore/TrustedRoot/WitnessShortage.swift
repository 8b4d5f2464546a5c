/// That a trusted root has fewer independent witnesses of a kind than are asked for.
public struct WitnessShortage: Hashable, Sendable, CustomStringConvertible {
    let witness: Witness
    /// Those that one operator runs count once.
    let found: Int
    let expected: Int

    enum Witness: Hashable, Sendable {
        case transparencyLog
        case timestampAuthority
        case certificateLog

        /// What policies call how many of them there have to be.
        var field: String {
            switch self {
            case .transparencyLog: "transparencyLogs"
            case .timestampAuthority: "timestamps"
            case .certificateLog: "certificateLogs"
            }
        }

        fileprivate var plural: String {
            switch self {
            case .transparencyLog: "transparency logs"
            case .timestampAuthority: "timestamp authorities"
            case .certificateLog: "certificate logs"
            }
        }
    }

    public var description: String {
        "the trusted root has \(found) \(witness.plural) of different operators, expected at least \(expected)"
    }
}

extension SigstoreTrustedRoot {
    /// The kinds of witnesses of which there are fewer than are asked for: nothing could ever pass.
    func shortages(of evidence: SigstoreEvidence) -> [WitnessShortage] {
        let kinds: [(WitnessShortage.Witness, threshold: Int, witnesses: [String])] = [
            (.transparencyLog, evidence.logs, logs.map(\.witness)),
            (.timestampAuthority, evidence.timestamps, timestampAuthorities.map(\.witness)),
            (.certificateLog, evidence.certificateLogs, certificateLogs.map(\.witness)),
        ]
        return kinds.compactMap { witness, threshold, witnesses in
            let count = Set(witnesses.map { Array($0.utf8) }).count
            guard count < threshold else { return nil }
            return WitnessShortage(witness: witness, found: count, expected: threshold)
        }
    }
}
