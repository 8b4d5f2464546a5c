import OCI
import Timestamp
import Trust

/// One image on its way to a decision: the policies that apply, and what is known of each of their checks so far.
struct Assessment {
    private var image: ImageUnderJudgement
    private var policies: [ApplicablePolicy] = []
    private var passedOver: [PassedOver] = []
    private var exceptions: [ApplicableException] = []
    private let notVouched: Enforcement
    private let now: Instant

    /// The checks of all policies, in order, and what came of each; nil while it is not judged.
    private var standings: [Standing] = []
    private var outcomes: [CheckOutcome?] = []
    /// The checks that do not hold and are relieved by what was known before.
    private var reliefs: [(index: Int, relief: Relief)] = []
    private var determined: [DeterminedResult] = []
    private var moving: [MovingResult] = []

    init(of image: ImageUnderJudgement, by set: PolicySet, notVouched: Enforcement, at now: Instant) {
        self.image = image
        self.notVouched = notVouched
        self.now = now
        takeUpPolicies(of: set)
    }

    private mutating func takeUpPolicies(of set: PolicySet) {
        let applicability = set.applicable(to: image)
        policies = applicability.policies
        passedOver = applicability.passedOver
        if let all = set.exceptionsByImage { exceptions = all.applicable(to: image, at: now) }
        takeUpChecks()
    }

    private mutating func takeUpChecks() {
        let count = policies.reduce(0) { $0 + $1.policy.checks.count }
        standings.removeAll(keepingCapacity: true)
        standings.reserveCapacity(count)
        outcomes.removeAll(keepingCapacity: true)
        outcomes.reserveCapacity(count)
        for (index, applicable) in policies.enumerated() {
            for (position, check) in applicable.policy.checks.enumerated() {
                standings.append(Standing(of: check, at: position, of: applicable, at: index))
                outcomes.append(nil)
            }
        }
        if !exceptions.isEmpty { liftChecks() }
    }

    private mutating func liftChecks() {
        for index in standings.indices {
            let policy = policies[standings[index].policy].policy.name
            let lifting = exceptions.indices.filter {
                exceptions[$0].exception.lifts(check(standings[index]).name, of: policy)
            }
            if let certain = lifting.first(where: { !exceptions[$0].awaitsDigest }) {
                standings[index].lift(by: certain)
            } else if !lifting.isEmpty {
                standings[index].awaitLift()
            }
        }
    }

    private func check(_ standing: Standing) -> PolicyCheck {
        policies[standing.policy].policy.checks[standing.position]
    }

    private mutating func settle(_ index: Int, _ outcome: CheckOutcome) {
        standings[index].settle(outcome)
        outcomes[index] = outcome
    }

    // MARK: - Reference first

    /// Judges the checks that need only the reference: for certain, or tentatively where it depends on the digest whether
    /// they count.
    mutating func judgeReference() {
        let subject = CheckSubject(image, matchedAs: image.subject, [], now: now)
        for index in standings.indices where standings[index].needsOnlyReference {
            let check = check(standings[index]).check
            if standings[index].awaitsDigest {
                let tentative = CheckSubject(image, matchedAs: image.subject.beforeResolution, [], now: now)
                standings[index].atBest = Standing.State(check.judge(tentative))
            } else {
                settle(index, check.judge(subject))
            }
        }
    }

    /// Whether nothing that may still be learned can let the image in.
    var isRefused: Bool {
        holdsRefusal || (notVouched == .deny && !mayBeVouchedFor)
    }

    private var holdsRefusal: Bool {
        standings.contains { $0.state == .refused && $0.enforcement == .deny }
    }

    /// Whether some check in force that vouches has passed or may still pass.
    private var mayBeVouchedFor: Bool {
        standings.contains { $0.vouchesInForce && $0.prospect != .refused }
    }

    // MARK: - The digest

    /// Whether a policy's selector or a check that is not judged yet depends on what only the registry knows.
    var needsRegistry: Bool {
        standings.contains { $0.state == .open || $0.awaitsDigest }
    }

    /// Whether the registry may be asked: some policy, trial policies included, trusts it or may come to. A policy whose
    /// own list of sources has refused it does not, in trial as in force.
    var mayContactRegistry: Bool {
        policies.indices.contains { policy in
            let vouching = standings.lazy.filter { $0.policy == policy && $0.vouches }
            if vouching.contains(where: { $0.prospect == .passed }) { return true }
            let refused = vouching.filter { $0.prospect == .refused && !$0.mayBeLifted }.map(\.enforcement).max()
            return vouching.contains { open in
                open.prospect == .open && refused.map { $0 < open.enforcement } ?? true
            }
        }
    }

    /// Takes in what the tag stands for, and matches anew if anything waited for it.
    mutating func resolve(_ resolution: Resolution, with set: PolicySet) {
        let awaited = standings.filter(\.awaitsDigest).map(check)
        var digest: Digest?
        if case .resolved(let resolved) = resolution { digest = resolved }
        image = image.resolved(to: digest)
        if !awaited.isEmpty { takeUpPolicies(of: set) }
        judgeReference()
        guard let failure = resolution.failure else { return }
        for index in standings.indices {
            let check = check(standings[index])
            let mayNotCount = awaited.contains { $0 === check }
            switch standings[index].state {
            // Not judged for want of a digest.
            case .open: settle(index, failure)
            // It is not known whether the policy is about this image at all, or whether the check is lifted for it.
            case .refused where mayNotCount: settle(index, failure)
            case .refused, .passed, .lifted: break
            }
        }
    }

    // MARK: - Signatures

    /// Judges what is left, or says which verifications are missing for it.
    mutating func judgeSignatures(_ evidence: some Evidence, with set: PolicySet) -> [EvidenceNeed] {
        guard let digest = image.digest, standings.contains(where: { $0.state == .open }) else { return [] }
        let subject = Subject(image.reference, resolvedTo: digest)
        var known: [KnownVerification] = []
        var missing: [EvidenceNeed] = []
        for standing in standings where standing.state == .open {
            for attestor in check(standing).check.attestors(at: now)
            where !known.contains(where: { $0.attestor == attestor }) {
                if let outcome = evidence.verification(of: subject, by: attestor) {
                    known.append(KnownVerification(attestor: attestor, outcome: outcome))
                } else if !missing.contains(.verification(attestor)) {
                    missing.append(.verification(attestor))
                }
            }
        }
        guard missing.isEmpty else { return missing }
        let checkSubject = CheckSubject(image, matchedAs: image.subject, known, now: now)
        for index in standings.indices where standings[index].state == .open {
            let check = check(standings[index])
            settle(index, check.check.judge(checkSubject))
            switch check.onUndetermined {
            case .deny: break
            case .warn: if case .undetermined? = outcomes[index] { standings[index].onlyWarn() }
            case .lastKnownGood(let period, let text):
                let question = set.question(of: check.check, writtenAs: text, at: now)
                // What is remembered is remembered of the bytes, whatever they were called.
                let bytes = Subject(repository: subject.repository, digest: digest)
                let image = CheckedImage(subject: bytes, check: question)
                remember(index, of: image, within: period, evidence)
            }
            if case .warn(let period, let text) = check.alreadyAdmitted,
                case .known(let namespace) = image.facts.namespace
            {
                let question = set.question(of: check.check, writtenAs: text, at: now)
                let image = AdmittedImage(namespace: namespace, digest: digest, check: question)
                recall(index, of: image, within: period, evidence)
            }
        }
        return []
    }

    /// Notes what came of the check; if nobody could look, lets what is remembered of it stand in. A tag may stand for
    /// another digest by the time the image is pulled, so only for a reference that names its digest.
    private mutating func remember(
        _ index: Int, of image: CheckedImage, within period: Duration, _ evidence: some Evidence
    ) {
        switch outcomes[index] {
        case .passed?: determined.append(DeterminedResult(image: image, hasPassed: true, period: period))
        case .violated?: determined.append(DeterminedResult(image: image, hasPassed: false, period: period))
        case .undetermined?:
            guard self.image.reference.digest != nil, let since = evidence.lastKnownGood(image), since <= now,
                now < since + period
            else { return }
            relieve(index, .lastKnownGood(since: since))
        case nil: break
        }
    }

    /// Notes what came of a check that moves with time; if the image was admitted under it, lets it go on for a while. Its
    /// bytes and the check are what they were, so it is the world that moved.
    private mutating func recall(
        _ index: Int, of image: AdmittedImage, within period: Duration, _ evidence: some Evidence
    ) {
        switch outcomes[index] {
        case .passed?: moving.append(MovingResult(image: image, hasPassed: true, period: period))
        case .violated?:
            moving.append(MovingResult(image: image, hasPassed: false, period: period))
            guard let admission = evidence.earlierAdmission(of: image) else { return }
            // A clock that was set back makes it no longer.
            let since = min(admission.firstFailure ?? now, now)
            guard now < since + period else { return }
            relieve(index, .alreadyAdmitted(since: since, until: since + period))
        case .undetermined?, nil: break
        }
    }

    private mutating func relieve(_ index: Int, _ relief: Relief) {
        standings[index].relieve()
        reliefs.append((index, relief))
    }

    // MARK: - The decision

    /// The decision as things stand; what was not judged is `notEvaluated`.
    func decision() -> ImageDecision {
        var findings: [Finding] = []
        findings.reserveCapacity(standings.count + 1)
        for (index, (standing, outcome)) in zip(standings, outcomes).enumerated() {
            let check = check(standing)
            findings.append(
                Finding(
                    policy: policies[standing.policy].policy.name, check: check.name, enforcement: standing.enforcement,
                    outcome: Finding.Outcome(outcome), message: check.message,
                    relief: relief(of: standing, at: index),
                    vouches: standing.vouchesInForce && standing.state == .passed))
        }
        if !isVouchedFor && !(notVouched == .deny && holdsRefusal) { findings.append(notVouchedFinding) }
        return ImageDecision(
            verdict: verdict(of: findings), findings: findings, digest: image.digest, passedOver: allPassedOver,
            determined: determined, moving: moving)
    }

    private func relief(of standing: Standing, at index: Int) -> Relief? {
        if let exception = standing.exception { return exceptions[exception].exception.relief }
        return reliefs.first { $0.index == index }?.relief
    }

    /// With the policies of which a check might hold if there were a fact that does not exist at this door.
    private var allPassedOver: [PassedOver] {
        var all = passedOver
        for (standing, outcome) in zip(standings, outcomes) {
            guard case .violated? = outcome, let fact = check(standing).check.factLacking(in: image.subject) else {
                continue
            }
            let policy = policies[standing.policy].policy.name
            if !all.contains(where: { $0.policy == policy }) { all.append(PassedOver(policy: policy, fact: fact)) }
        }
        return all
    }

    private func verdict(of findings: [Finding]) -> ImageDecision.Verdict {
        var refusing: ReasonCode?
        for finding in findings where finding.consequence == .deny {
            guard let refusal = finding.refusal else { continue }
            if case .violated = finding.outcome { return .refused(refusal.reason) }
            refusing = refusing ?? refusal.reason
        }
        return refusing.map { .refused($0) } ?? .allowed
    }

    private var isVouchedFor: Bool {
        standings.contains { $0.vouchesInForce && $0.state == .passed }
    }

    private var notVouchedFinding: Finding {
        let matching = policies.map(\.policy.name)
        let found =
            matching.isEmpty
            ? "no policy matches `\(image.reference)`"
            : "of the policies that match (\(listed(matching, conjunction: "and"))) none in force vouches for `\(image.reference)`"
        return Finding(
            policy: nil, check: "vouching", enforcement: notVouched,
            outcome: .violated(
                Refusal(
                    .notVouched, found: found + liftedVouchers,
                    expected: "a policy in force whose `trustedRegistries`, `signature` or `attestation` check passes",
                    cure: "use an image that a policy covers, or have its registry or its signers added to one")),
            message: nil)
    }
}

extension Check {
    /// Of a check that does not hold: what it would take to tell whether one of its patterns matches.
    fileprivate func factLacking(in subject: PatternSubject) -> RequestFact? {
        for pattern in patterns {
            if case .noSuchFact(let fact) = pattern.match(subject) { return fact }
        }
        return nil
    }
}

extension Assessment {
    /// Checks that would vouch were they not lifted, for whoever wonders why they do not.
    private var liftedVouchers: String {
        let lifted = standings.filter { $0.state == .lifted && $0.enforcement == .deny && check($0).vouches }
        guard !lifted.isEmpty else { return "" }
        let names = lifted.map { "\(policies[$0.policy].policy.name)/\(check($0).name)" }
        return "; what an exception lifts does not vouch either: \(listed(names, conjunction: "and"))"
    }
}

extension Resolution {
    /// What a check gets that needed the digest.
    fileprivate var failure: CheckOutcome? {
        switch self {
        case .resolved: nil
        case .violated(let refusal): .violated(refusal)
        case .undetermined(let refusal): .undetermined(refusal)
        }
    }
}

extension Finding.Outcome {
    fileprivate init(_ outcome: CheckOutcome?) {
        switch outcome {
        case .passed(let signatures)?: self = .passed(signatures)
        case .violated(let refusal)?: self = .violated(refusal)
        case .undetermined(let refusal)?: self = .undetermined(refusal)
        case nil: self = .notEvaluated
        }
    }
}
