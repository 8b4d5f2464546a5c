import OCI
import PolicyEngine
import Timestamp
import Trust

/// The evidence of one decision about one reference. What it holds does not change any more, so a tag is resolved once
/// however often the decision looks. Belongs to one task; it is not shared.
final class GatheredEvidence: EvidenceWithTrace {
    private let collector: EvidenceCollector
    private let memory: GateMemory?
    private let rules: RulesInForce.Snapshot
    private var resolved: Judged<Resolution>?
    private var verified: [AttestorReference: Judged<VerificationOutcome>] = [:]

    init(collector: EvidenceCollector, memory: GateMemory?, rules: RulesInForce.Snapshot) {
        self.collector = collector
        self.memory = memory
        self.rules = rules
    }

    var used: [Digest] {
        var digests: [Digest] = resolved?.evidence ?? []
        for judged in verified.sorted(by: { $0.key.index < $1.key.index }).map(\.value) {
            for digest in judged.evidence where !digests.contains(digest) { digests.append(digest) }
        }
        return digests
    }

    func resolution(of reference: ImageReference) -> Resolution? { resolved?.value }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        verified[attestor]?.value
    }

    func lastKnownGood(_ image: CheckedImage) -> Instant? { memory?.results.passed(image) }

    func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission? { memory?.admissions[image] }

    /// Fetches what is needed, all of it side by side.
    func gather(
        _ needs: [EvidenceNeed], for reference: ImageReference, until deadline: ContinuousClock.Instant
    ) async {
        if needs.contains(.resolution) {
            resolved = await collector.resolution(of: reference, until: deadline)
        }
        guard let subject = subject(reference) else { return }
        let asked = needs.compactMap { need -> (AttestorReference, any Attestor)? in
            guard case .verification(let name) = need, let attestor = rules.policies[name] else { return nil }
            return (name, attestor)
        }
        let collector = collector
        let answers = await withTaskGroup(of: (AttestorReference, Judged<VerificationOutcome>).self) { group in
            for (name, attestor) in asked {
                group.addTask {
                    let judged = await collector.verification(
                        of: subject, by: attestor, for: name.claim, until: deadline)
                    return (name, judged)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (name, judged) in answers { verified[name] = judged }
    }

    private func subject(_ reference: ImageReference) -> Subject? {
        if let digest = reference.digest { return Subject(reference, resolvedTo: digest) }
        guard case .resolved(let digest)? = resolved?.value else { return nil }
        return Subject(reference, resolvedTo: digest)
    }
}
