import OCI
import PolicyDocuments
import PolicyEngine
import Timestamp

/// What `policy diff` reports. Every format is made of this.
struct PolicyDiffReport: Sendable {
    let comparison: PolicyComparison

    /// `2 differences: 1 loosened, 1 tightened; 412 probes`
    var summary: String {
        let documents = comparison.documents
        guard !documents.isEmpty else { return "no difference: the documents of both say the same" }
        guard !comparison.isEmpty else { return "documents differ, and no probe found a difference; \(probes)" }
        let counts = PolicyDifference.Effect.allCases.compactMap { effect -> String? in
            let count = comparison.differences.count { $0.effect == effect }
            return count == 0 ? nil : "\(count) \(effect.word.lowercased())"
        }
        let unprobed = comparison.unprobedAttestors
        let attestors = unprobed.isEmpty ? [] : ["\(unprobed.count) in an attestor"]
        let count = comparison.differences.count + unprobed.count
        return
            "\(count) \(count == 1 ? "difference" : "differences"): \((counts + attestors).joined(separator: ", ")); \(probes)"
    }

    var isSampled: Bool { comparison.probeCount < comparison.possibleProbes }

    /// `412 probes`, or of how many these are a sample.
    private var probes: String {
        let count = comparison.probeCount
        guard isSampled else { return count == 1 ? "1 probe" : "\(count) probes" }
        return "a sample of \(count) of \(comparison.possibleProbes) possible probes"
    }

    /// What became of each document that differs, not fit to be shown yet.
    var documents: [String] {
        comparison.documents.map { "\($0.change.rawValue) \($0.kind) \($0.name)" }
    }

    /// What no probe can show, not fit to be shown yet.
    var unprobed: [String] {
        comparison.unprobedAttestors.map {
            "attestor `\($0)` may ask for something else of the same signers, which no made-up signature shows"
        }
    }
}

/// In which shape `policy diff` reports.
enum PolicyDiffFormat: String, ReportFormat {
    case table, json, markdown

    /// The whole text, line end included.
    ///
    /// - Parameter terminal: where it goes; only a table looks different for it.
    func text(of report: PolicyDiffReport, on terminal: Terminal) -> String {
        switch self {
        case .table: report.table(on: terminal)
        case .json: report.json
        case .markdown: report.markdown
        }
    }
}

// MARK: - In words

extension PolicyDifference.Effect {
    /// The word for it wherever people read.
    var word: String {
        switch self {
        case .loosened: "LOOSENED"
        case .tightened: "TIGHTENED"
        case .reasons: "OTHERWISE"
        }
    }
}

extension PolicyDifference.Side {
    /// `refused: `production/digest` refuses it: `digest-required``
    var told: String {
        let verdict = isAdmitted ? "admitted" : "refused"
        return aspects.isEmpty ? verdict : "\(verdict): \(aspects.map(\.description).joined(separator: "; "))"
    }
}

extension DifferenceExample {
    /// The image and every fact that matters: `registry.example.com/shop/cart:1 in namespace prod-x, signed by …`
    var told: String {
        let place = namespace.map { isAnyNamespace ? "" : " in namespace \($0)" } ?? " in no namespace"
        return ([image + place] + circumstances + evidence).joined(separator: ", ")
    }

    private var circumstances: [String] {
        var facts: [String] = []
        if let digest { facts.append("whose tag stands for \(digest)") }
        switch labels {
        case nil: facts.append("where the labels of the namespace could not be had")
        case .some(let labels) where !labels.isEmpty:
            facts.append("labels \(labels.map { "\($0.key)=\($0.value)" }.joined(separator: ","))")
        default: break
        }
        if container != .main { facts.append("container \(container.rawValue)") }
        if source != .kubernetes { facts.append("source \(source.rawValue)") }
        if !isNow { facts.append("at \(time.rfc3339InSeconds)") }
        return facts
    }

    private var evidence: [String] {
        var facts: [String] = []
        if !signatures.isEmpty {
            facts.append("signed by \(signatures.map(\.description).joined(separator: ", by "))")
        }
        if isUnsigned { facts.append("not signed") }
        facts += attestations.map(\.description)
        if isUnattested { facts.append(attestations.isEmpty ? "not attested" : "nothing else attested") }
        if isRegistryUnreachable { facts.append("while its registry gives no answer") }
        if let lastKnownGood {
            facts.append("every check last known to hold \(lastKnownGood.components.seconds) s before")
        }
        return facts
    }
}
