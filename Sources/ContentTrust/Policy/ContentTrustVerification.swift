public import Timestamp
public import Trust

/// Asks a notary server for what it keeps about an image's repository, and judges the image by it.
public struct ContentTrustVerification: Verification {
    private let subject: Subject
    private let collection: TrustCollection
    private let rules: ContentTrustRules
    private let memory: any ContentTrustMemory
    private let clock: @Sendable () -> Instant
    private var running: (update: CollectionUpdate, now: Instant)?
    private var finished: Step?
    public private(set) var countsUntil: Instant?

    init(
        of subject: Subject, in collection: TrustCollection, by rules: ContentTrustRules,
        memory: any ContentTrustMemory, clock: @escaping @Sendable () -> Instant
    ) {
        (self.subject, self.collection, self.rules) = (subject, collection, rules)
        (self.memory, self.clock) = (memory, clock)
    }

    public mutating func next(_ received: [Locator: Fetched]) -> Step {
        if let finished { return finished }
        var (update, now) = running ?? begin()
        let step = update.next(received)
        running = (update, now)
        switch step {
        case .fetch(let locators): return .fetch(locators)
        case .finished(let outcome):
            let step = judge(outcome, asked: update.requests, at: now)
            finished = step
            return step
        }
    }

    /// One time for all of it.
    private func begin() -> (CollectionUpdate, Instant) {
        let now = clock()
        let update = CollectionUpdate(
            of: collection, trusting: rules.trust, roles: .named(rules.signers.roles),
            known: memory.known(collection, pin: rules.trust.fingerprint), at: now)
        return (update, now)
    }

    private mutating func judge(_ outcome: CollectionUpdate.Outcome, asked: [Locator], at now: Instant) -> Step {
        switch outcome {
        case .verified(let verified, let basis):
            if verified.unheard == nil {
                memory.learn(verified.remembered, of: collection, pin: rules.trust.fingerprint)
            }
            let names = SignedNames(
                collection: verified, rule: rules.signers, rememberSigned: rules.rememberSigned, now: now)
            let (outcome, end) = names.outcome(of: subject)
            countsUntil = end
            return .outcome(outcome, basis: basis)
        case .unsigned: return .outcome(.violated(.withoutTrustData(collection)), basis: asked)
        case .refused(let refusal): return .outcome(.violated(refusal), basis: asked)
        case .unreachable(let refusal): return .outcome(.undetermined(refusal), basis: asked)
        }
    }
}

/// What an attestor asks of a collection.
struct ContentTrustRules: Sendable {
    let trust: RootTrust
    let signers: SignerRule
    /// How long a digest counts that targets do not name any more; nil if it does not.
    let rememberSigned: Duration?
}
