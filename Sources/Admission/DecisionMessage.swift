import OCI
import PolicyEngine
import Timestamp
import Trust

/// A decision in words for the person whose deployment it is. Whatever an image or a policy is called, it stays in its
/// line.
enum DecisionMessage {
    /// One paragraph for each refused image: which image, which policy and check, found, expected, cure.
    static func refusal(of decision: Decision, record: String?) -> String {
        if let refusal = decision.requestRefusal { return paragraph(refusal, record: record) }
        let refused = decision.images.filter { !$0.decision.isAllowed }
        let count = refused.count == 1 ? "1 image" : "\(refused.count) images"
        var lines = ["dockgate refused \(count) of \(decision.images.count)"]
        for image in refused.prefix(maximumImages) { lines += paragraph(image) }
        if refused.count > maximumImages { lines.append("and \(refused.count - maximumImages) more, see the record") }
        if let record { lines.append("record \(record)") }
        return lines.map(\.onOneLine).joined(separator: "\n")
    }

    private static func paragraph(_ refusal: Refusal, record: String?) -> String {
        let lines = [
            "dockgate refused the request [\(refusal.reason.rawValue)]", "  found: \(refusal.found)",
            "  expected: \(refusal.expected)",
        ]
        return (lines + (record.map { ["record \($0)"] } ?? [])).map(\.onOneLine).joined(separator: "\n")
    }

    /// Each fits a line; beyond a hundred only their number is told.
    static func warnings(of decision: Decision) -> [String] {
        var warnings: [String] = []
        var omitted = 0
        func add(_ text: @autoclosure () -> String) {
            guard warnings.count < maximumWarnings else { return omitted += 1 }
            warnings.append(text().onOneLine)
        }
        if decision.mode == .observe, let refusal = decision.requestRefusal {
            add("would be refused: [\(refusal.reason.rawValue)] found \(refusal.found)")
        }
        for image in decision.images where !image.decision.isClean {
            if decision.mode == .observe {
                for finding in image.decision.refusing { add("would be refused: " + warning(finding, image)) }
            }
            for finding in image.decision.warning { add(warning(finding, image)) }
            for finding in image.decision.findings where finding.isRelieved {
                add(relief(finding, image, at: decision.decidedAt))
            }
        }
        var named: Set<PassedOver> = []
        for passed in decision.images.lazy.flatMap(\.decision.passedOver) where named.insert(passed).inserted {
            add("policy \(passed.policy) asks for \(name(passed.fact)), which this request does not have")
        }
        if omitted > 0 { warnings.append("and \(omitted) more warnings, see the record") }
        return warnings
    }

    private static func paragraph(_ image: JudgedImage) -> [String] {
        let digest = image.decision.digest.map { image.reference?.digest == nil ? " (\($0))" : "" } ?? ""
        var lines = ["\(image.requested.text.onOneLine)\(digest) at \(image.requested.path)"]
        let refusing = image.decision.refusing
        for finding in refusing.prefix(maximumFindings) {
            guard let refusal = finding.refusal else { continue }
            if let message = finding.message { lines.append("  \(message)") }
            lines.append("  \(name(finding)) [\(refusal.reason.rawValue)]")
            lines.append("    found: \(refusal.found)")
            lines.append("    expected: \(refusal.expected)")
            if let cure = refusal.cure { lines.append("    to mend it: \(cure)") }
        }
        if refusing.count > maximumFindings {
            lines.append("  and \(refusing.count - maximumFindings) more findings, see the record")
        }
        return lines
    }

    private static func warning(_ finding: Finding, _ image: JudgedImage) -> String {
        guard let refusal = finding.refusal else { return "" }
        return "\(name(finding)) [\(refusal.reason.rawValue)] \(image.requested.text): found \(refusal.found)"
    }

    /// What relieves it comes first: callers may cut a warning.
    private static func relief(_ finding: Finding, _ image: JudgedImage, at now: Instant) -> String {
        guard let relief = finding.relief.map({ told($0, at: now) }) else { return "" }
        guard finding.refusal != nil else {
            return "\(relief): \(name(finding)) \(image.requested.text): not evaluated"
        }
        return "\(relief): \(warning(finding, image))"
    }

    /// With its age, which says more than a time does to somebody elsewhere.
    private static func told(_ relief: Relief, at now: Instant) -> String {
        guard let age = relief.age(at: now) else { return relief.description }
        return "\(relief), \(age.inOneUnit) ago"
    }

    /// What relieved anything, each once; nil if nothing did.
    static func reliefs(of decision: Decision) -> String? {
        var reliefs: [String] = []
        for image in decision.images where !image.decision.isClean {
            for finding in image.decision.findings where finding.isRelieved {
                guard let relief = finding.relief.map({ told($0, at: decision.decidedAt) }), !reliefs.contains(relief)
                else { continue }
                reliefs.append(relief)
            }
        }
        return reliefs.isEmpty ? nil : reliefs.joined(separator: "; ").onOneLine
    }

    private static func name(_ finding: Finding) -> String {
        finding.policy.map { "policy \($0), check \(finding.check)" } ?? "rule \(finding.check)"
    }

    private static func name(_ fact: RequestFact) -> String {
        switch fact {
        case .namespace: "a namespace"
        case .namespaceLabels: "labels of a namespace"
        }
    }

    /// A person reads a few; the record has all.
    private static let maximumImages = 10
    private static let maximumFindings = 5
    private static let maximumWarnings = 100
}

extension Duration {
    /// In the largest unit of which there are two, as the policy language writes durations: `90s`, `15m`, `24h`, `7d`.
    fileprivate var inOneUnit: String {
        let seconds = max(0, components.seconds)
        for (unit, length) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60)] where seconds >= 2 * length {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }
}
