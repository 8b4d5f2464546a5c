import Admission
import OCI
import PolicyEngine
import Timestamp
import Trust

extension ReportedImage {
    /// The images of a request that this program decided.
    ///
    /// - Parameter exemptions: those in force, for what they say about themselves.
    static func all(of checked: CheckedRequest, exemptions: [Exemption]) -> [ReportedImage] {
        zip(checked.item.request.images.indices, checked.decision.images).map { position, image in
            ReportedImage(
                image, place: checked.item.places.isEmpty ? nil : checked.item.places[position], in: checked, exemptions
            )
        }
    }

    private init(
        _ image: JudgedImage, place: Place?, in checked: CheckedRequest, _ exemptions: [Exemption]
    ) {
        let isRecordMissing = checked.answer.reason == .auditUnavailable && !checked.answer.isRecorded
        let isEnforced = !checked.answer.isAllowed
        name = image.requested.text
        self.place = place
        path = image.requested.path
        object = checked.item.object
        canonical = image.reference?.description
        digest = image.decision.digest?.description
        // A decision that could not be recorded allows nothing.
        isAllowed = image.decision.isAllowed && !isRecordMissing
        isUndetermined = image.decision.isUndetermined || isRecordMissing
        reason =
            if case .refused(let reason) = image.decision.verdict { reason.rawValue } else {
                isRecordMissing ? ReasonCode.auditUnavailable.rawValue : nil
            }
        exemption = if case .exempt(let name) = image.decision.verdict { exemptions.named(name) } else { nil }
        findings =
            image.decision.findings.map {
                ReportedFinding($0, at: checked.decision.decidedAt, isEnforced: isEnforced)
            }
            + (isRecordMissing ? [.notRecorded(checked.answer.message, isEnforced: isEnforced)] : [])
        verdict =
            if !isAllowed, isEnforced {
                isUndetermined ? .undetermined : .denied
            } else {
                findings.contains { $0.severity != nil } ? .warned : .allowed
            }
        recordID = checked.answer.isRecorded ? checked.answer.recordID : nil
    }
}

extension ReportedFinding {
    /// - Parameters:
    ///   - now: the time of the decision.
    ///   - isEnforced: whether the request is refused; otherwise what would refuse is a warning.
    init(_ finding: Finding, at now: Instant, isEnforced: Bool) {
        let refusal = finding.refusal
        severity =
            switch finding.consequence {
            case .deny?: isEnforced ? .error : .warning
            case .warn?: .warning
            case .audit?: nil
            case nil: finding.isRelieved ? .warning : nil
            }
        policy = finding.policy
        check = finding.check
        enforcement = finding.enforcement.rawValue
        outcome = finding.outcome.word
        message = refusal == nil ? nil : finding.message
        reason = refusal?.reason.rawValue
        found = refusal?.found
        expected = refusal?.expected
        cure = refusal?.cure
        relief = finding.relief
        reliefAge = finding.relief?.age(at: now)
    }

    fileprivate static func notRecorded(_ message: String, isEnforced: Bool) -> ReportedFinding {
        ReportedFinding(
            severity: isEnforced ? .error : .warning, policy: nil, check: "record", enforcement: nil,
            outcome: "undetermined", reason: ReasonCode.auditUnavailable.rawValue, message: message, found: nil,
            expected: nil, cure: nil)
    }
}

extension [Exemption] {
    fileprivate func named(_ name: String) -> ReportedExemption {
        let exemption = first { $0.name.utf8.elementsEqual(name.utf8) }
        return ReportedExemption(name: name, explanation: exemption.map { ($0.reason, $0.owner) })
    }
}
