import Audit
import StrictJSON

/// A decision as the audit log keeps it: version 1 of the record, fixed key order. `docs/AUDIT-LOG.md` is its description.
struct DecisionRecord: Sendable {
    /// What a line holds beside the body: braces, `v`, `seq` and `prev`.
    private static let lineOpeningBytes = 128
    static let maximumBytes = AuditLimits.maximumRecordBytes - lineOpeningBytes

    private let written: JSONWriter
    private let decision: Decision
    private let request: AdmissionRequest
    private let instance: GateInstance

    init(_ decision: Decision, of request: AdmissionRequest, by instance: GateInstance) {
        self.decision = decision
        self.request = request
        self.instance = instance
        written = RecordWriter.write(decision, of: request, by: instance, in: .complete)
    }

    /// Whether the log takes `body` as it is.
    var fits: Bool { DecisionRecord.fits(written) }

    /// The record's members after `prev`, complete, however long.
    var body: RecordBody { DecisionRecord.body(written) }

    /// A JSON document of the whole body, to be kept as evidence if it does not fit.
    var document: [UInt8] { written.bytes }

    /// A body that fits, with as much as there is room for. It names the evidence that `document` was kept as.
    ///
    /// - Parameter evidence: the SHA-256 of `document`.
    func shortened(evidence: [UInt8]) -> RecordBody {
        var shortest = written
        for detail in RecordDetail.shortened where !DecisionRecord.fits(shortest) {
            shortest = RecordWriter.write(decision, of: request, by: instance, in: detail, completeIn: evidence)
        }
        return DecisionRecord.body(shortest)
    }

    private static func fits(_ written: JSONWriter) -> Bool { written.byteCount - 2 <= maximumBytes }

    private static func body(_ written: JSONWriter) -> RecordBody {
        // What is no object, the log reads and refuses; so nothing is allowed on it.
        RecordBody(written) ?? RecordBody(unchecked: written.bytes)
    }
}
