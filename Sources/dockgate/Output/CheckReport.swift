import Admission
import OCI
import PolicyEngine
import StrictJSON
import Trust

/// What `check` prints.
struct CheckReport {
    private let checked: [CheckedRequest]
    private let exemptions: [Exemption]
    private let took: Duration

    /// `exemptions` are those in force, for what they say about themselves.
    init(_ checked: [CheckedRequest], exemptions: [Exemption], took: Duration) {
        self.checked = checked
        self.exemptions = exemptions
        self.took = took
    }

    /// The worst of all requests: denied before undetermined.
    var outcome: Outcome {
        let refused = checked.filter { !$0.answer.isAllowed }
        if refused.isEmpty { return .allowed }
        let onlyUndetermined = refused.allSatisfy {
            $0.decision.isUndetermined || $0.answer.reason == .auditUnavailable
        }
        return onlyUndetermined ? .undetermined : .denied
    }

    // MARK: - For people

    var table: String {
        var lines: [String] = []
        for request in checked {
            for (position, image) in request.decision.images.enumerated() {
                lines += paragraph(
                    image, place: request.item.places.isEmpty ? nil : request.item.places[position].description, request
                )
            }
            if request.answer.reason == .auditUnavailable { lines.append("DENY   " + request.answer.message.printable) }
        }
        let images = checked.flatMap(\.decision.images)
        let allowed = images.count { $0.decision.isAllowed }
        lines.append(
            "\(images.count) \(images.count == 1 ? "image" : "images"), \(allowed) allowed, \(images.count - allowed) denied in \(seconds) s"
        )
        return lines.map { $0 + "\n" }.joined()
    }

    private func paragraph(_ image: JudgedImage, place: String?, _ request: CheckedRequest) -> [String] {
        let digest = image.decision.digest.map { "  (\($0.algorithm.rawValue):\($0.hexadecimal.prefix(12)))" } ?? ""
        let origin = place.map { "  \($0)" } ?? ""
        var lines = [
            "\(word(image, request).padding(to: 7))\(image.requested.text.printable)\(digest)\(origin.printable)"
        ]
        if case .exempt(let name) = image.decision.verdict {
            lines.append("       exempt by \(described(name).printable)")
        }
        for finding in image.decision.refusing + image.decision.warning {
            guard let refusal = finding.refusal else { continue }
            let name = finding.policy.map { "policy \($0), check \(finding.check)" } ?? "rule \(finding.check)"
            let warns = finding.enforcement == .warn ? "warning: " : ""
            lines.append("       \(warns)\(name.printable) [\(refusal.reason.rawValue)]")
            if let message = finding.message { lines.append("         \(message.printable)") }
            lines.append("         found      \(refusal.found.printable)")
            lines.append("         expected   \(refusal.expected.printable)")
            if let cure = refusal.cure { lines.append("         cure       \(cure.printable)") }
        }
        return lines
    }

    /// The exemption's name, why there is one and who answers for it.
    private func described(_ name: String) -> String {
        guard let exemption = exemptions.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return name }
        return "\(name) (because \(exemption.reason), owner \(exemption.owner))"
    }

    private func word(_ image: JudgedImage, _ request: CheckedRequest) -> String {
        if !image.decision.isAllowed { return request.decision.isAllowed ? "WARN" : "DENY" }
        return image.decision.warning.isEmpty ? "ALLOW" : "WARN"
    }

    private var seconds: String {
        let tenths = (took.components.seconds * 10) + took.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }

    // MARK: - For programs

    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("allowed", outcome == .allowed)
        writer.key("images")
        writer.beginArray()
        for request in checked {
            for (position, image) in request.decision.images.enumerated() {
                write(
                    image, place: request.item.places.isEmpty ? nil : request.item.places[position].description,
                    request,
                    &writer)
            }
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ image: JudgedImage, place: String?, _ request: CheckedRequest, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("image", image.requested.text)
        if let place { writer.member("place", place) }
        writer.member("path", image.requested.path)
        if let reference = image.reference { writer.member("canonical", reference.description) }
        if let digest = image.decision.digest { writer.member("digest", digest.description) }
        // A decision that could not be recorded allows nothing.
        writer.member("allowed", image.decision.isAllowed && request.answer.reason != .auditUnavailable)
        writer.member("undetermined", image.decision.isUndetermined)
        if case .exempt(let exemption) = image.decision.verdict { writer.member("exemption", exemption) }
        if case .refused(let reason) = image.decision.verdict { writer.member("reason", reason.rawValue) }
        writer.member("record", request.answer.recordID)
        writer.key("findings")
        writer.beginArray()
        for finding in image.decision.findings { write(finding, &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ finding: Finding, _ writer: inout JSONWriter) {
        writer.beginObject()
        if let policy = finding.policy { writer.member("policy", policy) }
        writer.member("check", finding.check)
        writer.member("enforcement", finding.enforcement.rawValue)
        writer.member("outcome", finding.outcome.word)
        if let refusal = finding.refusal {
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
            writer.member("expected", refusal.expected)
            if let cure = refusal.cure { writer.member("cure", cure) }
        }
        writer.endObject()
    }
}
