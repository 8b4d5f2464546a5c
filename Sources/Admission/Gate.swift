public import Audit
import OCI
import PolicyEngine
public import Timestamp
public import Trust

/// One request to one decision: read the references, find the evidence that the policies ask for, evaluate, record.
public final class Gate: Sendable {
    let rules: RulesInForce
    private let collector: EvidenceCollector
    let memory: GateMemory?
    let log: AuditLog?
    private let references = ReferenceCache()
    private let diskThreads = DiskThreads()
    let instance: GateInstance
    let makeRecordID: @Sendable (Instant) -> String

    /// `log` is nil only for a check that leaves no record, `memory` for one that remembers nothing.
    public init(
        rules: GateRules, collector: EvidenceCollector, memory: GateMemory? = nil, log: AuditLog?,
        instance: GateInstance,
        newRecordID: @escaping @Sendable (Instant) -> String = RecordID.make
    ) {
        self.rules = RulesInForce(rules)
        self.collector = collector
        self.memory = memory
        self.log = log
        self.instance = instance
        makeRecordID = newRecordID
    }

    // MARK: - Deciding

    /// A name for the record of a decision of that time, for who has to name it before the decision is made.
    public func newRecordID(at now: Instant) -> String { makeRecordID(now) }

    /// Decides with what is known already, without waiting for anything; nil if any evidence is missing.
    public func decideWarm(_ request: AdmissionRequest, at now: Instant) -> Decision? {
        let rules = rules.current
        let known = KnownEvidence(collector: collector, memory: memory, rules: rules, now: now)
        var images: [JudgedImage] = []
        images.reserveCapacity(request.images.count)
        for requested in request.images {
            if let same = images.first(where: { $0.requested.isJudgedLike(requested, by: rules.policies) }) {
                images.append(same.decided(for: requested))
                continue
            }
            known.beginImage()
            switch judge(requested, of: request, by: rules, with: known, at: now) {
            case .missing: return nil
            case .judged(let image): images.append(image)
            }
        }
        return decision(on: images, by: rules, at: now, isDryRun: request.origin.isDryRun)
    }

    /// Decides, and fetches what is missing within the request's deadline. Distinct references are looked at side by side;
    /// each tag is resolved once. Always answers: what could not be looked at refuses as undetermined.
    ///
    /// - Parameter id: from `newRecordID`, if somebody was told already which record the decision will be.
    public func decide(_ request: AdmissionRequest, at now: Instant, recordedAs id: String? = nil) async -> Decision {
        let rules = rules.current
        var positions: [String: [Int]] = [:]
        for (position, image) in request.images.enumerated() {
            positions[Gate.grouping(image), default: []].append(position)
        }
        let judged = await withTaskGroup(of: [(Int, JudgedImage)].self) { group in
            for positions in positions.values {
                group.addTask { [self] in await judge(positions, of: request, by: rules, at: now) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return decision(
            on: judged.sorted { $0.0 < $1.0 }.map(\.1), by: rules, at: now, recordedAs: id,
            isDryRun: request.origin.isDryRun)
    }

    /// Images that may share a resolution: those of the same normalised reference.
    private static func grouping(_ image: RequestedImage) -> String {
        do { return try ImageReference(parsing: image.text).description } catch { return image.text }
    }

    private func judge(
        _ positions: [Int], of request: AdmissionRequest, by rules: RulesInForce.Snapshot, at now: Instant
    ) async -> [(Int, JudgedImage)] {
        let gathered = GatheredEvidence(collector: collector, memory: memory, rules: rules)
        var judged: [(Int, JudgedImage)] = []
        for position in positions {
            let requested = request.images[position]
            // A resolution, and then the verifications that it brings up.
            rounds: for _ in 0..<Gate.maximumRounds {
                switch judge(requested, of: request, by: rules, with: gathered, at: now) {
                case .judged(let image):
                    judged.append((position, image))
                    break rounds
                case .missing(let reference, let needs):
                    await gathered.gather(needs, for: reference, until: request.deadline)
                }
            }
            if judged.last?.0 != position { judged.append((position, Gate.unfinished(requested))) }
        }
        return judged
    }

    /// The evaluator asks for a resolution, then for verifications, then decides.
    private static let maximumRounds = 4

    private enum Judgement {
        case judged(JudgedImage)
        case missing(ImageReference, [EvidenceNeed])
    }

    private func judge(
        _ requested: RequestedImage, of request: AdmissionRequest, by rules: RulesInForce.Snapshot,
        with evidence: some EvidenceWithTrace, at now: Instant
    ) -> Judgement {
        let matchable: MatchableReference
        do {
            matchable = try references.reference(requested.text, at: now)
        } catch {
            return .judged(Gate.unreadable(requested, error))
        }
        let reference = matchable.reference
        switch rules.evaluator.evaluate(matchable, in: requested.kind, of: request.facts, with: evidence, at: now) {
        case .missing(let needs): return .missing(reference, needs)
        case .decided(let decision):
            return .judged(
                JudgedImage(requested: requested, reference: reference, decision: decision, evidence: evidence.used))
        }
    }

    /// The decision on a request whose images cannot be told: it names what is wrong with the request.
    public func refuse(because refusal: Refusal, at now: Instant) -> Decision {
        decision(on: [], refusal, by: rules.current, at: now)
    }

    private func decision(
        on images: [JudgedImage], _ refusal: Refusal? = nil, by rules: RulesInForce.Snapshot, at now: Instant,
        recordedAs id: String? = nil, isDryRun: Bool = false
    ) -> Decision {
        let decision = Decision(
            id: id ?? makeRecordID(now), images: images, requestRefusal: refusal, mode: rules.mode,
            policyRevision: rules.policies.revision, namespaceLabelKeys: rules.policies.namespaceLabelKeys,
            decidedAt: now)
        memory?.note(decision, isDryRun: isDryRun)
        if log == nil { memory?.noteAdmission(decision, isDryRun: isDryRun) }
        return decision
    }

    private static func unreadable(_ requested: RequestedImage, _ error: ReferenceError) -> JudgedImage {
        let reason: ReasonCode =
            if case .unsupportedDigestAlgorithm = error { .digestUnsupported } else { .referenceInvalid }
        return refused(
            requested,
            Refusal(
                reason, found: error.description, expected: "an image reference",
                cure: "correct the image at \(requested.path)"))
    }

    private static func unfinished(_ requested: RequestedImage) -> JudgedImage {
        refused(
            requested,
            Refusal(.internalError, found: "an evaluation that keeps asking for evidence", expected: "a decision"))
    }

    private static func refused(_ requested: RequestedImage, _ refusal: Refusal) -> JudgedImage {
        JudgedImage(
            requested: requested, reference: nil, decision: ImageDecision(unreadable: refusal), evidence: [])
    }

    // MARK: - Recording

    /// Whether requests are decided as the policies say. A gate that enforces needs its log for that; one that observes
    /// lets everything pass, and must not keep callers away because it cannot write.
    public var isReady: Bool { rules.current.mode == .observe || (log?.isHealthy ?? true) }

    /// Writes the decision to the audit log and then hands over the answer: a gate that enforces allows nothing without a
    /// durable record. `completion` runs on `executor`.
    public func record(
        _ decision: Decision, of request: AdmissionRequest, on executor: any CompletionExecutor,
        completion: @escaping @Sendable (Answer) -> Void
    ) {
        guard let log else {
            return executor.execute { completion(Answer(decision, record: nil)) }
        }
        let prepared = Answer(decision, record: decision.id)
        // Most checks do not move with time, and then there is nothing to note.
        let memory = decision.images.contains { !$0.decision.moving.isEmpty } ? memory : nil
        let isDryRun = request.origin.isDryRun
        let answer: @Sendable (Result<AuditPosition, AuditError>) -> Void = { result in
            switch result {
            case .success(let position):
                memory?.noteAdmission(decision, isDryRun: isDryRun)
                completion(prepared.recorded(at: position))
            case .failure(let error): completion(prepared.notRecorded(because: error))
            }
        }
        let record = DecisionRecord(decision, of: request, by: instance)
        guard !record.fits else { return log.append(record.body, on: executor, completion: answer) }
        // The complete record becomes evidence, and to keep that takes the disk.
        let isStarted = diskThreads.start {
            do throws(AuditError) {
                let name = try log.keepEvidence(record.document)
                log.append(record.shortened(evidence: name), on: executor, completion: answer)
            } catch {
                executor.execute { answer(.failure(error)) }
            }
        }
        if !isStarted { executor.execute { answer(.failure(.overloaded)) } }
    }
}

/// Which gate it is, for the record.
public struct GateInstance: Sendable {
    /// The name of its configuration.
    public let name: String
    /// The program's version.
    public let version: String

    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
