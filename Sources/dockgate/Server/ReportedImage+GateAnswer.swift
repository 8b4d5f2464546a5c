import Admission
import Trust

extension ReportedImage {
    /// An image as a running gate judged it. It names its checks in words only, so that is what is reported.
    init(_ image: RequestedImage, place: Place?, object: String?, answer: GateAnswer) {
        let told = ToldByGate(answer)
        self.init(
            name: image.text, place: place, path: image.path, object: object, canonical: nil, digest: nil,
            verdict: told.verdict, isAllowed: told.isAllowed, isUndetermined: told.isUndetermined, exemption: nil,
            reason: told.reason, findings: told.findings, recordID: told.recordID)
    }
}

/// The part of a report that follows from the answer alone.
private struct ToldByGate {
    let verdict: ReportedImage.Verdict
    let isAllowed: Bool
    let isUndetermined: Bool
    let reason: String?
    let findings: [ReportedFinding]
    let recordID: String?

    init(_ answer: GateAnswer) {
        switch answer {
        case .none(let problem):
            verdict = .undetermined
            isAllowed = false
            isUndetermined = true
            reason = ReasonCode.gateUnavailable.rawValue
            findings = [
                .told(
                    .error, outcome: "undetermined", reason: reason, found: problem, expected: "an answer of the gate",
                    cure: "see that it runs and can be reached from here, then try again")
            ]
            recordID = nil
        case .given(let told):
            // An observing gate lets run what it would refuse, and says so.
            isAllowed = told.isAllowed && told.reason == nil
            isUndetermined = told.isUndetermined
            verdict =
                if !told.isAllowed {
                    told.isUndetermined ? .undetermined : .denied
                } else {
                    told.warnings.isEmpty && told.reason == nil ? .allowed : .warned
                }
            reason = told.reason
            findings = ToldByGate.findings(of: told)
            recordID = told.recordID
        }
    }

    private static func findings(of told: GateAnswer.Verdict) -> [ReportedFinding] {
        var findings: [ReportedFinding] = []
        if !told.isAllowed {
            findings.append(
                .told(
                    .error, outcome: told.isUndetermined ? "undetermined" : "violated", reason: told.reason ?? "denied",
                    message: told.message))
        }
        findings += told.warnings.map { .told(.warning, outcome: "violated", reason: nil, message: $0) }
        return findings
    }
}

extension ReportedFinding {
    fileprivate static func told(
        _ severity: Severity, outcome: String, reason: String?, message: String? = nil, found: String? = nil,
        expected: String? = nil, cure: String? = nil
    ) -> ReportedFinding {
        ReportedFinding(
            severity: severity, policy: nil, check: nil, enforcement: nil, outcome: outcome, reason: reason,
            message: message, found: found, expected: expected, cure: cure)
    }
}
