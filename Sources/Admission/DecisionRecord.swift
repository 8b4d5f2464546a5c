import Audit

/// A decision as the audit log keeps it: version 1 of the record, fixed key order. `docs/AUDIT-LOG.md` is its description.
struct DecisionRecord: Sendable {
    /// What a line holds beside the body: braces, `v`, `seq` and `prev`.
    private static let lineOpeningBytes = 128
    static let maximumBytes = AuditLimits.maximumRecordBytes - lineOpeningBytes

    /// The record's members after `prev`, without braces; complete, however long.
    let body: [UInt8]

    private let decision: Decision
    private let request: AdmissionRequest
    private let instance: GateInstance

    init(_ decision: Decision, of request: AdmissionRequest, by instance: GateInstance) {
        self.decision = decision
        self.request = request
        self.instance = instance
        var writer = RecordWriter(.complete)
        body = writer.body(decision, of: request, by: instance)
    }

    /// Whether the log takes `body` as it is.
    var fits: Bool { body.count <= DecisionRecord.maximumBytes }

    /// A JSON document of the whole body, to be kept as evidence if it does not fit.
    var document: [UInt8] { [UInt8(ascii: "{")] + body + [UInt8(ascii: "}")] }

    /// A body that fits, with as much as there is room for. It names the evidence that `document` was kept as.
    ///
    /// - Parameter evidence: the SHA-256 of `document`.
    func shortened(evidence: [UInt8]) -> [UInt8] {
        var shortest: [UInt8] = []
        for detail in RecordDetail.shortened {
            var writer = RecordWriter(detail, completeIn: evidence)
            shortest = writer.body(decision, of: request, by: instance)
            if shortest.count <= DecisionRecord.maximumBytes { break }
        }
        return shortest
    }
}
