import OCI
import Timestamp
import Trust

/// One image on its way to a decision: the policies that apply, and what is known of each of their checks so far.
struct Assessment {
    private var image: ImageUnderJudgement
    private var policies: [JudgedPolicy]
    private var passedOver: [String]
    private let notVouched: Enforcement
    private let now: Instant

    private struct JudgedPolicy {
        let applicable: ApplicablePolicy
        /// One for each check of the policy; nil while it is not judged.
        var outcomes: [CheckOutcome?]
        /// Of a policy that awaits the digest: what its checks of the reference can come to at best. Never a finding; a
        /// source that they refuse is no reason to ask a registry.
        var prospects: [CheckOutcome?]

        init(_ applicable: ApplicablePolicy) {
            self.applicable = applicable
            outcomes = Array(repeating: nil, count: applicable.policy.checks.count)
            prospects = outcomes
        }

        /// The outcome, or what it may be; nil while nothing is known of it.
        func prospect(at position: Int) -> CheckOutcome? { outcomes[position] ?? prospects[position] }

        func vouches(at position: Int) -> Bool { type(of: applicable.policy.checks[position].check).vouches }

        func enforcement(at position: Int) -> Enforcement {
            applicable.enforcement(of: applicable.policy.checks[position])
        }
    }

    init(_ applicability: Applicability, image: ImageUnderJudgement, notVouched: Enforcement, now: Instant) {
        self.image = image
        self.notVouched = notVouched
        self.now = now
        policies = applicability.policies.map(JudgedPolicy.init)
        passedOver = applicability.passedOver
    }

    // MARK: - Reference first

    /// Judges the checks that need only the reference: of the policies that apply for certain, and tentatively of those
    /// that await the digest.
    mutating func judgeReference() {
        let subject = checkSubject(image.subject) { _ in Assessment.neverAsked }
        let tentative = checkSubject(image.subject.beforeResolution) { _ in Assessment.neverAsked }
        for index in policies.indices {
            let applicable = policies[index].applicable
            for (position, check) in applicable.policy.checks.enumerated()
            where type(of: check.check).needsOnlyReference {
                if applicable.awaitsDigest {
                    policies[index].prospects[position] = check.check.judge(tentative)
                } else {
                    policies[index].outcomes[position] = check.check.judge(subject)
                }
            }
        }
    }

    /// Whether nothing that may still be learned can let the image in.
    var isRefused: Bool {
        holdsRefusal || (notVouched == .deny && !mayBeVouchedFor)
    }

    private var holdsRefusal: Bool {
        policies.contains { policy in
            policy.outcomes.indices.contains { position in
                switch policy.outcomes[position] {
                case nil, .passed?: false
                case .violated?, .undetermined?: policy.enforcement(at: position) == .deny
                }
            }
        }
    }

    /// Whether some check in force that vouches has passed or may still pass.
    private var mayBeVouchedFor: Bool {
        policies.contains { policy in
            policy.applicable.mayVouch
                && policy.outcomes.indices.contains { position in
                    policy.prospect(at: position)?.isPassed ?? true && policy.vouches(at: position)
                        && policy.enforcement(at: position) == .deny
                }
        }
    }

    // MARK: - The digest

    /// Whether a policy's selector or a check that is not judged yet depends on what only the registry knows.
    var needsRegistry: Bool {
        policies.contains { $0.applicable.awaitsDigest || $0.outcomes.contains(nil) }
    }

    /// Whether the registry may be asked: some policy, trial policies included, trusts it or may come to. A policy whose
    /// own list of sources has refused it does not, in trial as in force.
    var mayContactRegistry: Bool {
        policies.contains { policy in
            guard policy.applicable.mayVouch else { return false }
            let vouching = policy.outcomes.indices.filter(policy.vouches)
            if vouching.contains(where: { policy.prospect(at: $0)?.isPassed == true }) { return true }
            let refused = vouching.filter { policy.prospect(at: $0) != nil }.map(policy.enforcement).max()
            return vouching.contains { position in
                policy.prospect(at: position) == nil && refused.map { $0 < policy.enforcement(at: position) } ?? true
            }
        }
    }

    /// Takes in what the tag stands for, and matches the policies anew that waited for it.
    mutating func resolve(_ resolution: Resolution, with set: PolicySet) {
        let awaited = policies.filter(\.applicable.awaitsDigest).map(\.applicable.policy.name)
        var digest: Digest?
        if case .resolved(let resolved) = resolution { digest = resolved }
        image = image.resolved(to: digest)
        if !awaited.isEmpty {
            let applicability = set.applicable(to: image)
            policies = applicability.policies.map(JudgedPolicy.init)
            passedOver = applicability.passedOver
        }
        judgeReference()
        guard let failure = resolution.failure else { return }
        for index in policies.indices {
            let mayNotApply = awaited.contains(policies[index].applicable.policy.name)
            policies[index].outcomes = policies[index].outcomes.map { outcome in
                switch outcome {
                // Not judged for want of a digest.
                case nil: failure
                // It is not known whether the policy is about this image at all.
                case .violated?, .undetermined?: mayNotApply ? failure : outcome
                case .passed?: outcome
                }
            }
        }
    }

    // MARK: - Signatures

    /// Judges what is left, or says which verifications are missing for it.
    mutating func judgeSignatures(_ evidence: some Evidence) -> [EvidenceNeed] {
        guard let digest = image.digest else { return [] }
        let subject = Subject(repository: image.reference.repository, digest: digest)
        var known: [(attestor: AttestorReference, outcome: VerificationOutcome)] = []
        var missing: [EvidenceNeed] = []
        for policy in policies {
            for (check, outcome) in zip(policy.applicable.policy.checks, policy.outcomes) where outcome == nil {
                for attestor in check.check.attestors(at: now) where !known.contains(where: { $0.attestor == attestor })
                {
                    if let outcome = evidence.verification(of: subject, by: attestor) {
                        known.append((attestor, outcome))
                    } else if !missing.contains(.verification(attestor)) {
                        missing.append(.verification(attestor))
                    }
                }
            }
        }
        guard missing.isEmpty else { return missing }
        let checkSubject = checkSubject(image.subject) { attestor in
            known.first { $0.attestor == attestor }?.outcome ?? Assessment.neverAsked
        }
        for index in policies.indices {
            for (position, check) in policies[index].applicable.policy.checks.enumerated()
            where policies[index].outcomes[position] == nil {
                policies[index].outcomes[position] = check.check.judge(checkSubject)
            }
        }
        return []
    }

    private func checkSubject(
        _ pieces: PatternSubject, _ verification: @escaping (AttestorReference) -> VerificationOutcome
    ) -> CheckSubject {
        CheckSubject(reference: image.reference, now: now, patternSubject: pieces, verification: verification)
    }

    /// What a check gets that looks at an attestor which it did not name beforehand: a refusal.
    private static let neverAsked = VerificationOutcome.undetermined(
        Refusal(
            .internalError, found: "a verification that was not asked for",
            expected: "every attestor of a check to be named before it is judged"))

    // MARK: - The decision

    /// The decision as things stand; what was not judged is `notEvaluated`.
    func decision() -> ImageDecision {
        var findings = policies.flatMap { policy in
            zip(policy.applicable.policy.checks, policy.outcomes).map { check, outcome in
                Finding(
                    policy: policy.applicable.policy.name, check: check.name,
                    enforcement: policy.applicable.enforcement(of: check), outcome: Finding.Outcome(outcome),
                    message: check.message)
            }
        }
        if !isVouchedFor && !(notVouched == .deny && holdsRefusal) { findings.append(notVouchedFinding) }
        return ImageDecision(
            verdict: verdict(of: findings), findings: findings, digest: image.digest, passedOver: passedOver)
    }

    private func verdict(of findings: [Finding]) -> ImageDecision.Verdict {
        let refusing = findings.filter { $0.enforcement == .deny && $0.refusal != nil }
        let first = refusing.first { if case .violated = $0.outcome { true } else { false } } ?? refusing.first
        guard let reason = first?.refusal?.reason else { return .allowed }
        return .refused(reason)
    }

    private var isVouchedFor: Bool {
        policies.contains { policy in
            policy.applicable.mayVouch
                && policy.outcomes.indices.contains { position in
                    policy.outcomes[position]?.isPassed == true && policy.vouches(at: position)
                        && policy.enforcement(at: position) == .deny
                }
        }
    }

    private var notVouchedFinding: Finding {
        let matching = policies.map(\.applicable.policy.name)
        let found =
            matching.isEmpty
            ? "no policy matches `\(image.reference)`"
            : "of the policies that match (\(listed(matching, conjunction: "and"))) none in force vouches for `\(image.reference)`"
        return Finding(
            policy: nil, check: "vouching", enforcement: notVouched,
            outcome: .violated(
                Refusal(
                    .notVouched, found: found,
                    expected: "a policy in force whose `trustedRegistries` or `signature` check passes",
                    cure: "use an image that a policy covers, or have its registry or its signers added to one")),
            message: nil)
    }
}

extension CheckOutcome {
    fileprivate var isPassed: Bool {
        if case .passed = self { true } else { false }
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
        case .passed(let signers)?: self = .passed(signers: signers)
        case .violated(let refusal)?: self = .violated(refusal)
        case .undetermined(let refusal)?: self = .undetermined(refusal)
        case nil: self = .notEvaluated
        }
    }
}
