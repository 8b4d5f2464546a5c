import OCI
import PolicyEngine
import Timestamp
import Trust

/// Evidence that remembers which kept bytes it was taken from.
protocol EvidenceWithTrace: Evidence {
    var used: [Digest] { get }
}

/// What the caches know at one moment. Belongs to one call of the gate; it is not shared.
final class KnownEvidence: EvidenceWithTrace {
    private let collector: EvidenceCollector
    private let memory: GateMemory?
    private let rules: RulesInForce.Snapshot
    private let now: Instant
    /// A cache may learn anew what a tag stands for while a request is judged; one decision resolves a tag once.
    private var resolved: [(reference: ImageReference, resolution: Judged<Resolution>)] = []
    private(set) var used: [Digest] = []

    init(collector: EvidenceCollector, memory: GateMemory?, rules: RulesInForce.Snapshot, now: Instant) {
        self.collector = collector
        self.memory = memory
        self.rules = rules
        self.now = now
    }

    func resolution(of reference: ImageReference) -> Resolution? {
        if let known = resolved.first(where: { $0.reference == reference }) {
            note(known.resolution.evidence)
            return known.resolution.value
        }
        guard let judged = collector.knownResolution(of: reference, at: now) else { return nil }
        resolved.append((reference, judged))
        note(judged.evidence)
        return judged.value
    }

    /// What was used from here on is used for another image.
    func beginImage() { used = [] }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        guard let believed = rules.policies[attestor],
            let judged = collector.knownVerification(of: subject, by: believed, for: attestor.claim, at: now)
        else { return nil }
        note(judged.evidence)
        return judged.value
    }

    func lastKnownGood(_ image: CheckedImage) -> Instant? { memory?.results.passed(image) }

    func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission? { memory?.admissions[image] }

    private func note(_ evidence: [Digest]) {
        for digest in evidence where !used.contains(digest) { used.append(digest) }
    }
}
