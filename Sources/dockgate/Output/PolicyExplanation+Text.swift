import PolicyDocuments
import PolicyEngine
import Timestamp
import Trust

extension LoadedPolicies {
    /// All of them in sentences, for people.
    ///
    /// - Parameter notVouched: what happens to an image that no policy vouches for.
    func explanation(notVouched: Enforcement) -> String {
        let paragraphs =
            policySet.policies.map(\.explanation.paragraph) + policySet.exceptions.map(\.paragraph)
            + policySet.exemptions.map(\.paragraph)
            + attestors.map { $0.attestor.paragraph(named: $0.name) }
            + [[LoadedPolicies.rule(notVouched), policySet.summary]]
        return paragraphs.map { $0.map { $0.printable + "\n" }.joined() }.joined(separator: "\n")
    }

    private static func rule(_ notVouched: Enforcement) -> String {
        let consequence =
            switch notVouched {
            case .deny: "is refused"
            case .warn: "brings a warning"
            case .audit: "is only recorded"
            }
        return "All policies that are about an image have to hold. One for which none of them vouches \(consequence)."
    }
}

extension PolicyExplanation {
    fileprivate var paragraph: [String] {
        var lines = ["Policy `\(name)` is about \(about)."]
        for exclusion in exclusions { lines.append("  It is not about \(exclusion).") }
        for check in checks { lines.append("  The image must \(check.demand) (\(check.remark)).") }
        let stages = stages.map { "; for \($0.about) \($0.enforcement.consequence)" }.joined()
        lines.append("  If not, \(otherwise.consequence)\(stages).")
        let vouching = vouching.map { "`\($0.name)`" }
        lines.append(
            vouching.isEmpty
                ? "  It vouches for no image, so another policy has to."
                : "  It vouches for an image for which \(vouching.joined(separator: " or ")) passes.")
        return lines
    }
}

extension CheckExplanation {
    /// Its name, and what is particular about it.
    fileprivate var remark: String {
        let trial: String? =
            switch enforcement {
            case .deny?, nil: nil
            case .warn?: "only a warning"
            case .audit?: "only recorded"
            }
        let asked = needsOnlyReference ? nil : "the registry is asked"
        return (["check `\(name)`"] + [trial, asked, whenUndetermined, whenAlreadyAdmitted].compactMap { $0 }).joined(
            separator: ", ")
    }
}

extension Enforcement {
    /// What happens, as a clause.
    var consequence: String {
        switch self {
        case .deny: "the request is refused"
        case .warn: "there is a warning"
        case .audit: "only the record says so"
        }
    }
}

extension PolicyException {
    fileprivate var paragraph: [String] {
        let part = only.isEmpty ? "" : " (only \(only.map { "`\($0)`" }.joined(separator: ", ")))"
        return [
            "Exception `\(name)`: the check `\(check)` of the policy `\(policy)`\(part) does not count for \(explanation).",
            "  It does so from \(from.day) until \(expires.day), because \(reason).",
            "  `\(owner)` answers for it, `\(approvedBy)` allowed it\(ticket.map { ", and `\($0)` deals with it" } ?? "").",
        ]
    }
}

extension Exemption {
    fileprivate var paragraph: [String] {
        [
            "Exemption `\(name)`: \(explanation) are not judged.",
            "  Because \(reason). `\(owner)` answers for it, and it is looked at again on \(reviewBy.day).",
        ]
    }
}

extension Attestor {
    fileprivate func paragraph(named name: String) -> [String] {
        ["Attestor `\(name)` believes \(explanation)."] + signers.map { "  \($0)" }
    }
}

extension Instant {
    /// `2026-12-01`, or the time if it is not the first moment of a day.
    var day: String {
        let text = rfc3339InSeconds
        return text.hasSuffix("T00:00:00Z") ? String(text.prefix(10)) : text
    }
}
