import OCI
import PolicyEngine
import StrictJSON
import Timestamp
import Trust

/// A decision as the audit log keeps it: version 1 of the record, fixed key order. `docs/AUDIT-LOG.md` is its description.
struct DecisionRecord {
    /// The record's members after `prev`, without braces.
    let body: [UInt8]

    init(_ decision: Decision, of request: AdmissionRequest, by instance: GateInstance) {
        var writer = JSONWriter(reservingCapacity: 1_536)
        writer.beginObject()
        writer.member("id", decision.id)
        DecisionRecord.write(DecisionRecord.event(decision), to: &writer)
        writer.key("time")
        writer.beginObject()
        writer.key("decided")
        writer.string(utf8: decision.decidedAt.rfc3339UTF8)
        writer.endObject()
        DecisionRecord.write(instance, source: request.origin.source, to: &writer)
        DecisionRecord.write(request.origin, to: &writer)
        DecisionRecord.writePolicy(decision, to: &writer)
        writer.key("images")
        writer.beginArray()
        for image in decision.images { DecisionRecord.write(image, to: &writer) }
        writer.endArray()
        DecisionRecord.writeVerdict(decision, to: &writer)
        writer.endObject()
        body = Array(writer.bytes.dropFirst().dropLast())
    }

    // MARK: - Event

    /// A stable code in Teleport's manner: letters, number, and I, W or E for informative, warning, refusal.
    private struct Event {
        let code: StaticString
        let name: StaticString
    }

    private static func event(_ decision: Decision) -> Event {
        if decision.allImagesAllowed {
            let isExempt = !decision.images.isEmpty && decision.images.allSatisfy { $0.decision.isExempt }
            return isExempt
                ? Event(code: "IMG04I", name: "image.admission.exempt") : Event(code: "IMG01I", name: "image.admission.allow")
        }
        if decision.mode == .observe { return Event(code: "IMG03W", name: "image.admission.observe") }
        return decision.isUndetermined
            ? Event(code: "IMG05E", name: "image.admission.undetermined")
            : Event(code: "IMG02E", name: "image.admission.deny")
    }

    private static func write(_ event: Event, to writer: inout JSONWriter) {
        writer.member("code", event.code.description)
        writer.member("event", event.name.description)
        writer.member("class", "decision")
    }

    // MARK: - Request

    private static func write(_ instance: GateInstance, source: String, to writer: inout JSONWriter) {
        writer.key("source")
        writer.beginObject()
        writer.member("kind", source)
        writer.member("instance", instance.name)
        writer.member("version", instance.version)
        writer.endObject()
    }

    private static func write(_ origin: RequestOrigin, to writer: inout JSONWriter) {
        writer.key("request")
        writer.beginObject()
        writer.memberIfPresent("uid", origin.uid)
        writer.memberIfPresent("operation", origin.operation)
        writer.member("dryRun", origin.isDryRun)
        writer.memberIfPresent("bodyDigest", origin.bodyDigest?.description)
        writer.endObject()
        writer.key("actor")
        writer.beginObject()
        writer.memberIfPresent("user", origin.user)
        writer.memberIfPresent("uid", origin.userUID)
        writer.key("groups")
        writer.beginArray()
        // A record has a bound; who is in more groups than this is told by the name alone.
        for group in origin.groups.prefix(64) { writer.string(group) }
        writer.endArray()
        writer.endObject()
        writer.key("target")
        writer.beginObject()
        writer.memberIfPresent("namespace", origin.namespace)
        writer.memberIfPresent("group", origin.group)
        writer.memberIfPresent("version", origin.version)
        writer.memberIfPresent("kind", origin.kind)
        writer.memberIfPresent("subresource", origin.subresource)
        writer.memberIfPresent("name", origin.name)
        writer.endObject()
    }

    private static func writePolicy(_ decision: Decision, to writer: inout JSONWriter) {
        writer.key("policy")
        writer.beginObject()
        writer.member("set", decision.policyRevision.description)
        writer.member("mode", decision.mode.rawValue)
        writer.endObject()
    }

    // MARK: - Images

    private static func write(_ image: JudgedImage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.memberIfPresent("container", image.requested.container)
        writer.member("kind", image.requested.kind.rawValue)
        writer.member("path", image.requested.path)
        writer.member("requested", image.requested.text)
        writer.memberIfPresent("canonical", image.reference?.repository.description)
        writer.memberIfPresent("tag", image.reference?.tag)
        writer.memberIfPresent("digest", image.decision.digest?.description)
        switch image.decision.verdict {
        case .allowed: writer.member("verdict", "allow")
        case .exempt(let exemption):
            writer.member("verdict", "exempt")
            writer.member("exemption", exemption)
        case .refused(let reason):
            writer.member("verdict", "deny")
            writer.member("reason", reason.rawValue)
        }
        writer.key("findings")
        writer.beginArray()
        for finding in image.decision.findings { write(finding, to: &writer) }
        writer.endArray()
        writeStrings("passedOver", image.decision.passedOver, to: &writer)
        writeStrings("evidence", image.evidence.map(\.description), to: &writer)
        writer.endObject()
    }

    private static func write(_ finding: Finding, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.memberIfPresent("policy", finding.policy)
        writer.member("check", finding.check)
        writer.member("enforcement", finding.enforcement.rawValue)
        writer.member("outcome", finding.outcome.word)
        if case .passed(let signers) = finding.outcome { writeStrings("signers", signers.map(\.description), to: &writer) }
        if let refusal = finding.refusal {
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
            writer.member("expected", refusal.expected)
        }
        writer.endObject()
    }

    private static func writeStrings(_ key: StaticString, _ values: [String], to writer: inout JSONWriter) {
        guard !values.isEmpty else { return }
        writer.key(key)
        writer.beginArray()
        for value in values { writer.string(value) }
        writer.endArray()
    }

    private static func writeVerdict(_ decision: Decision, to writer: inout JSONWriter) {
        writer.key("decision")
        writer.beginObject()
        writer.member("allowed", decision.isAllowed)
        writer.memberIfPresent("reason", decision.reason?.rawValue)
        writer.memberIfPresent("found", decision.requestRefusal?.found)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func memberIfPresent(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        member(key, value)
    }
}

extension ImageDecision {
    fileprivate var isExempt: Bool {
        if case .exempt = verdict { true } else { false }
    }
}
