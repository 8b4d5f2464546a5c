import OCI
public import PolicyEngine
public import Timestamp
public import Trust

/// Finds the evidence that policies ask for: from its caches, or from the source.
///
/// Each locator is fetched once, whatever the number of policies, attestors and requests that wait for it. What comes
/// after a request's deadline is kept for the next one.
public final class EvidenceCollector: Sendable {
    private let source: any EvidenceSource
    private let retention: EvidenceRetention?
    private let lifetimes: EvidenceLifetimes
    private let clock: @Sendable () -> Instant

    private let resolutions = ShardedCache<TagKey, Judged<Resolution>>(
        maximumCost: EvidenceCollector.maximumCachedOutcomes)
    private let verifications = ShardedCache<VerificationKey, Judged<VerificationOutcome>>(
        maximumCost: EvidenceCollector.maximumCachedOutcomes)
    private let fetched = ShardedCache<FetchKey, Fetched>(maximumCost: EvidenceCollector.maximumCachedBytes)

    private let resolving = SingleFlight<TagKey, Judged<Resolution>>(
        limits: .init(
            flights: EvidenceCollector.maximumFlights, flightsPerGroup: EvidenceCollector.maximumFlightsPerRegistry,
            queuedPerGroup: EvidenceCollector.maximumQueuedResolutions),
        group: { $0.repository.domain })
    private let verifying = SingleFlight<VerificationKey, Judged<VerificationOutcome>>(
        limits: .init(
            flights: EvidenceCollector.maximumFlights,
            flightsPerGroup: EvidenceCollector.maximumVerificationsPerRegistry,
            queuedPerGroup: EvidenceCollector.maximumQueuedVerifications),
        group: { $0.repository.domain })
    private let fetching = SingleFlight<FetchKey, Fetched>(
        limits: .init(
            flights: EvidenceCollector.maximumFlights, flightsPerGroup: EvidenceCollector.maximumFlightsPerRegistry,
            queuedPerGroup: EvidenceCollector.maximumQueuedFetches),
        group: { $0.locator.host })

    /// Without a keeper evidence is not kept, which is for a check that leaves no record.
    public convenience init(
        source: any EvidenceSource, keeper: (any EvidenceKeeper)?, lifetimes: EvidenceLifetimes = EvidenceLifetimes(),
        clock: @escaping @Sendable () -> Instant
    ) {
        self.init(
            source: source, retention: keeper.map { EvidenceRetention($0) }, lifetimes: lifetimes, clock: clock)
    }

    init(
        source: any EvidenceSource, retention: EvidenceRetention?, lifetimes: EvidenceLifetimes,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.source = source
        self.retention = retention
        self.lifetimes = lifetimes
        self.clock = clock
    }

    // MARK: - Resolution

    /// What the tag stands for, if that is known at `now`.
    func knownResolution(of reference: ImageReference, at now: Instant) -> Judged<Resolution>? {
        guard let key = tagKey(reference) else { return nil }
        return resolutions.value(for: key, at: now)
    }

    /// What the tag stands for: known, or asked of the registry.
    func resolution(of reference: ImageReference, until deadline: ContinuousClock.Instant) async -> Judged<Resolution> {
        guard let key = tagKey(reference) else {
            return Judged(.violated(Refusal(.referenceInvalid, found: "neither tag nor digest", expected: "a tag")))
        }
        if let known = resolutions.value(for: key, at: clock()) { return known }
        let waited = await resolving.value(for: key, until: deadline) { [self] in await resolve(key) }
        return switch waited {
        case .value(let judged): judged
        case .deadlinePassed: Judged(.undetermined(EvidenceCollector.deadlinePassed))
        case .full: Judged(.undetermined(EvidenceCollector.overloaded))
        }
    }

    private func resolve(_ key: TagKey) async -> Judged<Resolution> {
        // Who asked before the last flight landed and boards after it needs none.
        if let known = resolutions.value(for: key, at: clock()) { return known }
        let locator = Locator.manifest(key.repository, .tag(key.tag))
        let answer = await source.fetch(locator, deadline: .now + EvidenceCollector.fetchBudget)
        let resolution = Resolution(answer, of: key.tag, in: key.repository)
        let judged = await keep(resolution, DecisiveEvidence(of: resolution, from: answer))
        resolutions.insert(judged, for: key, at: clock(), lifetime: lifetimes.lifetime(of: judged.value))
        return judged
    }

    private func tagKey(_ reference: ImageReference) -> TagKey? {
        guard let tag = reference.tag, reference.digest == nil else { return nil }
        return TagKey(
            repository: reference.repository, tag: tag,
            credentials: source.credentialsIdentity(for: reference.repository))
    }

    // MARK: - Verification

    /// What came of verifying, if that is known at `now`.
    func knownVerification(
        of subject: Subject, by attestor: any Attestor, for claim: Claim = .signature, at now: Instant
    ) -> Judged<VerificationOutcome>? {
        verifications.value(for: verificationKey(subject, attestor, claim), at: now)
    }

    /// What comes of verifying: known, or found out by driving the attestor's verification.
    func verification(
        of subject: Subject, by attestor: any Attestor, for claim: Claim = .signature,
        until deadline: ContinuousClock.Instant
    ) async -> Judged<VerificationOutcome> {
        let key = verificationKey(subject, attestor, claim)
        if let known = verifications.value(for: key, at: clock()) { return known }
        let waited = await verifying.value(for: key, until: deadline) { [self] in await verify(key, attestor) }
        return switch waited {
        case .value(let judged): judged
        case .deadlinePassed: Judged(.undetermined(EvidenceCollector.deadlinePassed))
        case .full: Judged(.undetermined(EvidenceCollector.overloaded))
        }
    }

    private func verify(_ key: VerificationKey, _ attestor: any Attestor) async -> Judged<VerificationOutcome> {
        if let known = verifications.value(for: key, at: clock()) { return known }
        guard var verification = attestor.verification(of: key.subject, for: key.claim) else {
            return Judged(.violated(EvidenceCollector.noAttestations))
        }
        var received: [Locator: Fetched] = [:]
        var answers: [Locator: Fetched] = [:]
        var outcome = VerificationOutcome.undetermined(EvidenceCollector.tooManySteps)
        var basis: [Fetched] = []
        let deadline = ContinuousClock.now + EvidenceCollector.fetchBudget
        steps: for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .outcome(let final, let locators):
                (outcome, basis) = (final, locators.compactMap { answers[$0] })
                break steps
            case .fetch(let locators):
                received = await fetch(locators, until: deadline)
                answers.merge(received) { _, newer in newer }
            }
        }
        let judged = await keep(outcome, DecisiveEvidence(of: outcome, from: basis))
        let now = clock()
        let lifetime = lifetimes.lifetime(
            of: judged.value, for: key.claim, until: verification.countsUntil, from: now)
        verifications.insert(judged, for: key, at: now, lifetime: lifetime)
        return judged
    }

    private func verificationKey(_ subject: Subject, _ attestor: any Attestor, _ claim: Claim) -> VerificationKey {
        VerificationKey(
            repository: subject.repository, digest: subject.digest, tag: attestor.judgesTags ? subject.tag : nil,
            attestor: attestor.fingerprint, claim: claim,
            credentials: source.credentialsIdentity(for: subject.repository))
    }

    // MARK: - Fetching

    private func fetch(_ locators: [Locator], until deadline: ContinuousClock.Instant) async -> [Locator: Fetched] {
        await withTaskGroup(of: (Locator, Fetched).self) { group in
            for locator in Set(locators) {
                group.addTask { [self] in (locator, await fetch(locator, until: deadline)) }
            }
            return await group.reduce(into: [:]) { received, answer in received[answer.0] = answer.1 }
        }
    }

    private func fetch(_ locator: Locator, until deadline: ContinuousClock.Instant) async -> Fetched {
        let key = FetchKey(locator: locator, credentials: source.credentialsIdentity(for: locator.repository))
        if let known = fetched.value(for: key, at: clock()) { return known }
        let waited = await fetching.value(for: key, until: deadline) { [self] in
            if let known = fetched.value(for: key, at: clock()) { return known }
            let answer = await source.fetch(locator, deadline: .now + EvidenceCollector.fetchBudget)
            fetched.insert(
                answer, for: key, cost: answer.cost, at: clock(), lifetime: lifetimes.lifetime(of: answer))
            return answer
        }
        return switch waited {
        case .value(let answer): answer
        case .deadlinePassed: .undetermined(EvidenceCollector.deadlinePassed)
        case .full: .undetermined(EvidenceCollector.overloaded)
        }
    }

    /// Nothing passes on evidence that the disk does not take: it could not be shown later.
    private func keep<Value: UndeterminedRepresentable>(
        _ value: Value, _ evidence: DecisiveEvidence
    ) async -> Judged<Value> {
        guard let retention else { return Judged(value) }
        guard let kept = await retention.keep(evidence, at: clock()) else {
            // A refusal stays one, with less to show for it; or what passed earlier could stand in for it.
            return value.isViolation ? Judged(value) : Judged(.undetermined(EvidenceCollector.notKept))
        }
        return Judged(value, evidence: kept)
    }
}

/// What came of judging, with the evidence it was judged on.
struct Judged<Value: Sendable>: Sendable {
    let value: Value
    let evidence: [Digest]

    init(_ value: Value, evidence: [Digest] = []) {
        self.value = value
        self.evidence = evidence
    }
}

extension EvidenceCollector {
    /// One verification asks for a few small things in turn; a registry that needs longer than this is down. It is not the
    /// request's deadline, so that a slow answer is there for the next request.
    private static let fetchBudget: Duration = .seconds(15)
    /// Outcomes are some 300 bytes each.
    private static let maximumCachedOutcomes = 65_536
    /// Signature manifests and payloads are a few hundred bytes; this holds tens of thousands.
    private static let maximumCachedBytes = 32 * 1_024 * 1_024
    /// Pieces of work of one kind under way at once: several times what one request may ask for, so that none takes all.
    private static let maximumFlights = 1_024
    /// Look-ups under way at one registry. A registry that stalls holds up these, and what queues behind them.
    private static let maximumFlightsPerRegistry = 32
    /// One request may name 256 images of one registry.
    private static let maximumQueuedResolutions = 256
    /// Verifications under way at one registry. They share what is fetched.
    private static let maximumVerificationsPerRegistry = 128
    /// One request may need eight attestors for each of 256 images of one registry.
    private static let maximumQueuedVerifications = 2_048
    /// Sixteen for each verification under way at one registry; most need two. What crowds the queue of a registry with a
    /// hundred signatures an image makes only that registry's images wait.
    private static let maximumQueuedFetches = 2_048

    private static let deadlinePassed = Refusal(
        .deadlineExceeded, found: "no answer within the time that the caller gives",
        expected: "the registry to answer in time", cure: "try again; what arrives meanwhile is kept")
    private static let overloaded = Refusal(
        .overloaded, found: "as many look-ups as there may be at once", expected: "a free place",
        cure: "try again in a few seconds")
    private static let tooManySteps = Refusal(
        .internalError, found: "a verification that does not end",
        expected: "an outcome after \(maximumVerificationSteps) steps")
    private static let noAttestations = Refusal(
        .attestationMissing, found: "an attestor whose format has signatures alone", expected: "attestations")
    private static let notKept = Refusal(
        .auditUnavailable, found: "evidence that could not be written to the audit log's directory",
        expected: "all evidence to be kept", cure: "free disk space where the audit log lies, or mend its permissions")
}

private struct TagKey: Hashable, Sendable {
    let repository: Repository
    let tag: String
    let credentials: [UInt8]

    func hash(into hasher: inout Hasher) {
        hasher.combine(repository)
        hasher.combine(tag)
    }
}

private struct FetchKey: Hashable, Sendable {
    let locator: Locator
    let credentials: [UInt8]
}

private struct VerificationKey: Hashable, Sendable {
    let repository: Repository
    let digest: Digest
    /// Nil also where the attestor does not judge it, so that all tags of a digest share what came of it.
    let tag: String?
    let attestor: Digest
    let claim: Claim
    let credentials: [UInt8]

    var subject: Subject { Subject(repository: repository, digest: digest, tag: tag) }

    /// Of what tells keys apart most of the time: the hash is computed for each attestor of each warm request.
    func hash(into hasher: inout Hasher) {
        hasher.combine(repository.path)
        if let tag { hasher.combine(tag) }
        digest.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        attestor.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

private protocol UndeterminedRepresentable: Sendable {
    static func undetermined(_ refusal: Refusal) -> Self
    var isViolation: Bool { get }
}

extension Resolution: UndeterminedRepresentable {
    fileprivate var isViolation: Bool { if case .violated = self { true } else { false } }
}

extension VerificationOutcome: UndeterminedRepresentable {
    fileprivate var isViolation: Bool { if case .violated = self { true } else { false } }
}

extension Locator {
    /// Whom it is asked of, as far as places are shared out: a notary server that stalls takes none from its registry.
    fileprivate var host: String {
        if case .trustMetadata(let collection, _, _) = self { collection.server } else { repository.domain }
    }
}

extension Fetched {
    fileprivate var cost: Int {
        switch self {
        case .found(let content): content.bytes.count + 256
        case .absent, .violated, .undetermined: 256
        }
    }
}
