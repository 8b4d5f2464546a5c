import Audit
import OCI
import PolicyEngine
import StrictJSON
import Timestamp

/// A change of the policies in force as the audit log keeps it: version 1 of the record, fixed key order, as
/// `DecisionRecord` has it. `docs/AUDIT-LOG.md` is its description.
struct PolicyRecord {
    /// The record's members after `prev`.
    let body: RecordBody

    /// More does not help a reader, and the gate's own log has all. On a line each they stay below what a record may hold.
    private static let maximumProblems = 20

    init(_ event: PolicyEvent, id: String, mode: GateMode, by instance: GateInstance, at now: Instant) {
        var json = JSONWriter(reservingCapacity: 1_024)
        json.beginObject()
        json.member("id", id)
        switch event {
        case .exchanged:
            json.member("code", "POL01I")
            json.member("event", "policy.exchange")
        case .kept:
            json.member("code", "POL02E")
            json.member("event", "policy.exchange.fail")
        case .restored:
            json.member("code", "POL03E")
            json.member("event", "policy.restore")
        }
        json.member("class", "policy")
        json.key("time")
        json.beginObject()
        json.member("decided", now.rfc3339)
        json.endObject()
        json.key("source")
        json.beginObject()
        json.member("kind", "policy-directory")
        json.member("instance", instance.name)
        json.member("version", instance.version)
        json.endObject()
        PolicyRecord.write(event, mode, to: &json)
        json.endObject()
        body = RecordBody(json) ?? RecordBody(unchecked: json.bytes)
    }

    private static func write(_ event: PolicyEvent, _ mode: GateMode, to json: inout JSONWriter) {
        json.key("policy")
        json.beginObject()
        json.member("set", event.current.description)
        json.member("mode", mode.rawValue)
        switch event {
        case .exchanged(let previous, _): json.member("previous", previous.description)
        case .kept: break
        case .restored(_, let savedAt, _): json.member("saved", savedAt.rfc3339)
        }
        json.endObject()
        guard let problems = event.problems else { return }
        json.key("problems")
        json.beginArray()
        for problem in problems.prefix(maximumProblems) { json.string(problem.onOneLine) }
        json.endArray()
        if problems.count > maximumProblems { json.member("problemsOmitted", problems.count - maximumProblems) }
    }
}

extension PolicyEvent {
    /// The set in force from then on.
    fileprivate var current: Digest {
        switch self {
        case .exchanged(_, let current), .kept(let current, _), .restored(let current, _, _): current
        }
    }

    /// What keeps the documents from being loaded, if anything does.
    fileprivate var problems: [String]? {
        switch self {
        case .exchanged: nil
        case .kept(_, let problems), .restored(_, _, let problems): problems
        }
    }
}
