public import OCI
public import Trust

/// What was decided about one image, and why: every check that applied has its finding, also when it passed.
public struct ImageDecision: Sendable {
    public let verdict: Verdict
    public let findings: [Finding]
    /// The digest that the decision is about, if it was named or had to be resolved.
    public let digest: Digest?
    /// Policies that were passed over because a fact they ask for does not exist at this door.
    public let passedOver: [PassedOver]
    /// Whether every check that was judged holds, on trial as in force, and none had to be relieved, so that there is
    /// nothing to tell anybody.
    public let isClean: Bool
    /// What is to be remembered of it, for a time when nobody can look: of checks whose policy asks for that.
    public let determined: [DeterminedResult]
    /// What is to be remembered of it where the image is admitted: of checks that move with time.
    public let moving: [MovingResult]

    init(
        verdict: Verdict, findings: [Finding], digest: Digest?, passedOver: [PassedOver],
        determined: [DeterminedResult] = [], moving: [MovingResult] = []
    ) {
        self.verdict = verdict
        self.findings = findings
        self.digest = digest
        self.passedOver = passedOver
        self.determined = determined
        self.moving = moving
        isClean = findings.allSatisfy { $0.refusal == nil && !$0.isRelieved }
    }

    /// What becomes of the image.
    public enum Verdict: Hashable, Sendable {
        /// Somebody vouches for it and nothing refuses it, or what would is only on trial.
        case allowed
        /// A namespace's exemption by that name: nothing was judged.
        case exempt(String)
        /// The reason is that of the first finding that refuses.
        case refused(ReasonCode)
    }

    public var isAllowed: Bool {
        if case .refused = verdict { false } else { true }
    }

    /// The findings that refuse the image, in the order of the policies.
    public var refusing: [Finding] { findings.filter { $0.consequence == .deny } }

    /// The findings that the caller is warned of.
    public var warning: [Finding] { findings.filter { $0.consequence == .warn } }
}

/// A policy that asks for a fact which does not exist at this door.
public struct PassedOver: Hashable, Sendable {
    public let policy: String
    public let fact: RequestFact
}

/// What came of one check of one policy.
public struct Finding: Sendable {
    /// Nil for the rule that somebody has to vouch for an image, which belongs to no policy.
    public let policy: String?
    public let check: String
    public let enforcement: Enforcement
    public let outcome: Outcome
    /// The policy's own words for whoever is refused.
    public let message: String?
    /// What keeps it from having consequences. A check that is lifted does not count if it passed either.
    public let relief: Relief?
    /// Whether it is one of those that let the image in.
    public let vouches: Bool

    init(
        policy: String?, check: String, enforcement: Enforcement, outcome: Outcome, message: String?,
        relief: Relief? = nil, vouches: Bool = false
    ) {
        self.policy = policy
        self.check = check
        self.enforcement = enforcement
        self.outcome = outcome
        self.message = message
        self.relief = relief
        self.vouches = vouches
    }

    /// What came of the check.
    public enum Outcome: Hashable, Sendable {
        /// It holds; by these signatures, or attestations, if any made it hold.
        case passed([VerifiedSignature])
        /// It was looked at, and does not hold.
        case violated(Refusal)
        /// It could not be looked at.
        case undetermined(Refusal)
        /// Something before it had already refused, so it was not looked at.
        case notEvaluated

        /// By signatures of which nothing is known but who made them.
        public static func passed(signers: [Signer]) -> Outcome { .passed(signers.map { VerifiedSignature(by: $0) }) }

        /// The word for it in records and reports.
        public var word: String {
            switch self {
            case .passed: "passed"
            case .violated: "violated"
            case .undetermined: "undetermined"
            case .notEvaluated: "notEvaluated"
            }
        }
    }

    /// Why it does not hold, if it does not.
    public var refusal: Refusal? {
        switch outcome {
        case .violated(let refusal), .undetermined(let refusal): refusal
        case .passed, .notEvaluated: nil
        }
    }

    /// What happens because of it. Nil if nothing does: it holds, was not looked at, or is relieved.
    public var consequence: Enforcement? { refusal == nil || relief != nil ? nil : enforcement }

    /// Whether something keeps it from having the consequence of a warning or a refusal which it has, or which nobody
    /// looked for.
    public var isRelieved: Bool {
        guard relief != nil, enforcement > .audit else { return false }
        return if case .passed = outcome { false } else { true }
    }
}

extension ImageDecision {
    /// The decision on an image whose reference could not even be read: no policy was looked at.
    public init(unreadable refusal: Refusal) {
        let finding = Finding(
            policy: nil, check: "reference", enforcement: .deny, outcome: .violated(refusal), message: nil)
        self.init(verdict: .refused(refusal.reason), findings: [finding], digest: nil, passedOver: [])
    }

    /// Whether it is refused only because something could not be looked at: trying again may help.
    public var isUndetermined: Bool {
        guard !isAllowed else { return false }
        return refusing.allSatisfy { if case .undetermined = $0.outcome { true } else { false } }
    }
}
