public import Audit
import Cryptography
import OCI
import PolicyEngine
public import Trust

/// What the caller is told: after the record is durable, or to say that it could not be made so.
public struct Answer: Sendable {
    /// Whether the request may pass. In `observe` always.
    public private(set) var isAllowed: Bool
    /// For a person: each refused image with policy, check, found, expected and cure. Empty when nothing is refused.
    public private(set) var message: String
    /// For a person, whether it is allowed or not: what `warn` found, what would be refused were it not relieved, and in
    /// `observe` what would be refused.
    public private(set) var warnings: [String]
    /// Why it is refused; nil if it is allowed, in `observe` too unless the decision could not be recorded.
    public private(set) var reason: ReasonCode?
    /// The decision's name, a ULID, whether there is a record of it or not.
    public let recordID: String
    /// Whether the log has a record of that name.
    public private(set) var isRecorded = false
    /// What joins the caller's own log with ours: the record's name, the policy revision, and the log's head after the
    /// record, against which `dockgate audit verify --head` tells whether anything was cut off since. Also what kept a
    /// finding from refusing.
    public private(set) var auditAnnotations: [(key: String, value: String)]
    private let mode: GateMode

    /// What is to be told once the record is where it belongs. It is made while the decision is at hand: of the decision
    /// nothing is kept while the disk works.
    ///
    /// - Parameter record: the record's name; nil if there will be none.
    init(_ decision: Decision, record: String?) {
        isAllowed = decision.isAllowed
        reason = decision.isAllowed ? nil : decision.reason
        recordID = decision.id
        mode = decision.mode
        message = decision.isAllowed ? "" : DecisionMessage.refusal(of: decision, record: record)
        warnings = DecisionMessage.warnings(of: decision)
        auditAnnotations = [
            (key: "decision-id", value: decision.id),
            (key: "policy-revision", value: decision.policyRevision.description),
        ]
        if let reason = decision.reason { auditAnnotations.append((key: "reason", value: reason.rawValue)) }
        if decision.isUndetermined { auditAnnotations.append(Answer.undetermined) }
        if let reliefs = DecisionMessage.reliefs(of: decision) {
            auditAnnotations.append((key: "relief", value: reliefs))
        }
    }

    /// With the place of the record, now that it is durable.
    func recorded(at position: AuditPosition) -> Answer {
        var answer = self
        answer.isRecorded = true
        answer.auditAnnotations.append((key: "log-head", value: position.head))
        return answer
    }

    /// Without a record nothing is allowed, except by a gate that only observes: it must not be what stops a cluster.
    func notRecorded(because error: AuditError) -> Answer {
        let code = ReasonCode.auditUnavailable.rawValue
        var answer = self
        answer.isAllowed = mode == .observe
        answer.reason = .auditUnavailable
        answer.message = """
            dockgate refused: the decision could not be recorded [\(code)]: \(error); \
            nothing is allowed without a record, so the gate's operator has to mend the audit log
            """
        answer.warnings =
            answer.isAllowed ? ["would be refused: [\(code)] the decision could not be recorded"] : []
        answer.auditAnnotations =
            auditAnnotations.filter { ["decision-id", "policy-revision"].contains($0.key) }
            + [(key: "reason", value: code), Answer.undetermined]
        return answer
    }

    /// All that speaks against it is that something could not be looked at or written: trying again may help.
    public static var undetermined: (key: String, value: String) { ("undetermined", "true") }
}

extension AuditPosition {
    /// `SEQUENCE:BASE64`: the record's number and leaf hash.
    public var head: String { "\(sequence):\(Base64.encode(leafHash))" }
}
