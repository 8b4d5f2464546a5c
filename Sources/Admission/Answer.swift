public import Audit
import Cryptography
import OCI
import PolicyEngine
public import Trust

/// What the caller is told. It is made after the record is durable, or says that it could not be made so.
public struct Answer: Sendable {
    public let isAllowed: Bool
    /// For a person: each refused image with policy, check, found, expected and cure. Empty when nothing is refused.
    public let message: String
    public let warnings: [String]
    public let reason: ReasonCode?
    public let recordID: String
    /// Whether the log has a record of that name.
    public let isRecorded: Bool
    /// What joins the caller's own log with ours: the record's name, the policy revision, and the log's head after the
    /// record, against which `dockgate audit verify --head` tells whether anything was cut off since.
    public let auditAnnotations: [(key: String, value: String)]

    init(_ decision: Decision, of request: AdmissionRequest, position: AuditPosition?) {
        isAllowed = decision.isAllowed
        reason = decision.isAllowed ? nil : decision.reason
        recordID = decision.id
        isRecorded = position != nil
        let record = position == nil ? nil : decision.id
        message = decision.isAllowed ? "" : DecisionMessage.refusal(of: decision, record: record)
        warnings = DecisionMessage.warnings(of: decision)
        var annotations = [
            (key: "decision-id", value: decision.id), ("policy-revision", decision.policyRevision.description),
        ]
        if let reason = decision.reason { annotations.append(("reason", reason.rawValue)) }
        if decision.isUndetermined { annotations.append(Answer.undetermined) }
        if let position { annotations.append(("log-head", position.head)) }
        auditAnnotations = annotations
    }

    /// Without a record nothing is allowed, except by a gate that only observes: it must not be what stops a cluster.
    init(notRecorded decision: Decision, because error: AuditError) {
        let code = ReasonCode.auditUnavailable.rawValue
        isAllowed = decision.mode == .observe
        reason = .auditUnavailable
        recordID = decision.id
        isRecorded = false
        message = """
            dockgate refused: the decision could not be recorded [\(code)]: \(error); \
            nothing is allowed without a record, so the gate's operator has to mend the audit log
            """
        warnings = isAllowed ? ["would be refused: [\(code)] the decision could not be recorded"] : []
        auditAnnotations = [("decision-id", decision.id), ("reason", code), Answer.undetermined]
    }

    /// All that speaks against it is that something could not be looked at or written: trying again may help.
    public static var undetermined: (key: String, value: String) { ("undetermined", "true") }
}

extension AuditPosition {
    /// `SEQUENCE:BASE64`: the record's number and leaf hash.
    public var head: String { "\(sequence):\(Base64.encode(leafHash))" }
}
