import OCI
import PolicyEngine
import Trust

/// A decision in words for the person whose deployment it is.
enum DecisionMessage {
    /// One paragraph for each refused image: which image, which policy and check, found, expected, cure.
    static func refusal(of decision: Decision, record: String?) -> String {
        if let refusal = decision.requestRefusal { return sentence(refusal, record: record) }
        let refused = decision.images.filter { !$0.decision.isAllowed }
        let count = refused.count == 1 ? "1 image" : "\(refused.count) images"
        var lines = ["dockgate refused \(count) of \(decision.images.count)"]
        for image in refused.prefix(maximumImages) { lines += paragraph(image) }
        if refused.count > maximumImages { lines.append("and \(refused.count - maximumImages) more, see the record") }
        if let record { lines.append("record \(record)") }
        return lines.joined(separator: "\n")
    }

    private static func sentence(_ refusal: Refusal, record: String?) -> String {
        let lines = [
            "dockgate refused the request [\(refusal.reason.rawValue)]", "  found: \(refusal.found)",
            "  expected: \(refusal.expected)",
        ]
        return (lines + (record.map { ["record \($0)"] } ?? [])).joined(separator: "\n")
    }

    /// A caller shows these to a person; an API server drops what is long.
    static func warnings(of decision: Decision) -> [String] {
        let request = decision.requestRefusal.flatMap { refusal in
            decision.mode == .observe ? "would be refused: [\(refusal.reason.rawValue)] found \(refusal.found)" : nil
        }
        return (request.map { [$0] } ?? []) + decision.images.flatMap { image -> [String] in
            var findings = image.decision.warning
            if decision.mode == .observe { findings = image.decision.refusing + findings }
            let prefix = decision.mode == .observe && !image.decision.isAllowed ? "would be refused: " : ""
            return findings.compactMap { finding in
                finding.refusal.map { refusal in
                    "\(prefix)\(name(finding)) [\(refusal.reason.rawValue)] \(image.requested.text): found \(refusal.found)"
                }
            } + image.decision.passedOver.map { "policy \($0) asks for a namespace, which this request does not have" }
        }
    }

    private static func paragraph(_ image: JudgedImage) -> [String] {
        let digest = image.decision.digest.map { image.reference?.digest == nil ? " (\($0))" : "" } ?? ""
        var lines = ["\(image.requested.text)\(digest) at \(image.requested.path)"]
        for finding in image.decision.refusing.prefix(maximumFindings) {
            guard let refusal = finding.refusal else { continue }
            if let message = finding.message { lines.append("  \(message)") }
            lines.append("  \(name(finding)) [\(refusal.reason.rawValue)]")
            lines.append("    found: \(refusal.found)")
            lines.append("    expected: \(refusal.expected)")
            if let cure = refusal.cure { lines.append("    to mend it: \(cure)") }
        }
        return lines
    }

    private static func name(_ finding: Finding) -> String {
        finding.policy.map { "policy \($0), check \(finding.check)" } ?? "rule \(finding.check)"
    }

    /// A person reads a few; the record has all.
    private static let maximumImages = 10
    private static let maximumFindings = 5
}
