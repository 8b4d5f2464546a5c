import OCI
import PolicyEngine
import Trust

extension ImageExplanation {
    /// For people: each policy with why it applies or not, what its checks say or would ask, and what comes of it.
    var text: String {
        let lines = ["image \(reference)"] + policies.flatMap(\.lines) + conclusion
        return lines.map { $0.printable + "\n" }.joined()
    }

    private var conclusion: [String] {
        if let exemption { return ["not judged: exemption `\(exemption)` applies"] }
        guard let decision else {
            let digest = asksForDigest ? ["  \(reference.repository.domain): which digest the tag stands for"] : []
            return ["open until this is asked"] + digest + searches.map { "  \($0.sentence)" }
        }
        let remark = asksNothing ? ", and nothing is asked" : ""
        switch decision.verdict {
        case .allowed: return ["let in\(remark)"]
        case .exempt(let name): return ["not judged: exemption `\(name)` applies"]
        case .refused(let reason):
            return ["refused [\(reason.rawValue)]\(remark)"] + decision.refusing.flatMap(\.unvouched)
        }
    }

    private var asksNothing: Bool { decision != nil }

    /// Each once, however many checks need it.
    private var searches: [SignatureSearch] {
        var all: [SignatureSearch] = []
        for search in policies.flatMap(\.checks).flatMap(\.searches) where !all.contains(search) { all.append(search) }
        return all
    }
}

extension Finding {
    /// What no check says: that nobody vouches.
    fileprivate var unvouched: [String] {
        guard policy == nil, let refusal else { return [] }
        return ["  found      \(refusal.found)", "  expected   \(refusal.expected)"]
    }
}

extension PolicyReason {
    fileprivate var lines: [String] {
        var lines = ["policy `\(policy.name)` \(application.sentence)"]
        lines += PolicyReason.listing(match, policy.about)
        for (entry, about) in zip(exclusions, policy.exclusions) {
            lines.append("  not about \(about)")
            lines += entry.map { "    \($0.selector): \($0)" }
        }
        guard let enforcement else { return lines }
        for (stage, written) in zip(stages, policy.stages) {
            lines.append("  \(written.enforcement.rawValue) for \(written.about)")
            lines += stage.map { "    \($0.selector): \($0)" }
        }
        lines.append("  if a check does not hold, \(enforcement.consequence)")
        return lines + checks.map { "  \($0.sentence)" }
    }

    private static func listing(_ reasons: [SelectorReason], _ about: String) -> [String] {
        reasons.isEmpty ? ["  it is about \(about)"] : reasons.map { "  \($0.selector): \($0)" }
    }
}

extension PolicyReason.Application {
    fileprivate var sentence: String {
        switch self {
        case .applies: "applies"
        case .whenResolved: "applies or not, which depends on the digest that the tag stands for"
        case .mayApply: "may apply, so its checks have to hold, and vouch for nothing"
        case .excluded: "does not apply: an entry of `exclude` takes the image out"
        case .noSuchFact: "is passed over: it asks for something that this request does not have"
        case .doesNotApply: "does not apply"
        }
    }
}

extension CheckReason {
    fileprivate var sentence: String {
        let demand = "`\(check.name)`: the image must \(check.demand)"
        if let relief { return "\(demand): does not count, \(relief)" }
        switch outcome {
        case .passed?: return "\(demand): it does"
        case .violated(let refusal)?:
            return "\(demand): it does not, found \(refusal.found) [\(refusal.reason.rawValue)]"
        case .undetermined(let refusal)?: return "\(demand): not known, \(refusal.found) [\(refusal.reason.rawValue)]"
        case .notEvaluated?: return "\(demand): not looked at, since it is refused already"
        case nil: return "\(demand): open"
        }
    }
}

extension SignatureSearch {
    fileprivate var sentence: String { "\(places.joined(separator: ", ")): \(evidence) of `\(attestor)`" }

    private var evidence: String {
        switch claim {
        case .signature: "signatures"
        case .attestation: "attestations"
        }
    }
}
