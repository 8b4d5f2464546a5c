public import PolicyEngine
public import Trust

/// One thing that a set of policies says about an image.
public enum DecisionAspect: Hashable, Sendable, CustomStringConvertible {
    /// A check does not hold, and this comes of it.
    case refusal(by: Rule, consequence: Enforcement, isUndetermined: Bool, ReasonCode)
    /// A check does not hold or is not looked at, and something keeps it from having consequences.
    case relief(of: Rule, by: String)
    /// Nothing was judged, by the Exemption of that name.
    case exemption(String)
    /// A check lets the image in.
    case vouching(by: Rule)
    /// The image's registry is asked for what its tag stands for, or for signatures.
    case registryAsked

    /// A check of a policy.
    public struct Rule: Hashable, Sendable, CustomStringConvertible {
        /// Nil for the rule that somebody has to vouch for an image.
        public let policy: String?
        public let check: String

        init(_ finding: Finding) { (policy, check) = (finding.policy, finding.check) }

        /// `production/signature`
        public var description: String { policy.map { "\($0)/\(check)" } ?? check }
    }

    /// A clause without full stop: `production/digest` refuses it: `digest-required`.
    public var description: String {
        switch self {
        case .refusal(let rule, let consequence, let isUndetermined, let reason):
            "`\(rule)` \(DecisionAspect.verb(consequence)): `\(reason.rawValue)`"
                + (isUndetermined ? ", undetermined" : "")
        case .relief(let rule, let relief): "`\(rule)` does not count: \(relief)"
        case .exemption(let name): "exemption `\(name)` leaves it unjudged"
        case .vouching(let rule): "`\(rule)` vouches for it"
        case .registryAsked: "its registry is asked"
        }
    }

    private static func verb(_ consequence: Enforcement) -> String {
        switch consequence {
        case .deny: "refuses it"
        case .warn: "warns of it"
        case .audit: "records it"
        }
    }
}

/// What a set of policies says about one probe.
struct ProbedOutcome {
    let isAdmitted: Bool
    let aspects: Set<DecisionAspect>
    let vouchers: Set<DecisionAspect>
    /// Those that were not looked at, since something before them had refused already.
    let unevaluated: Set<DecisionAspect.Rule>
    /// Those whose signatures count.
    let signers: Set<Signer>

    init(_ decision: ImageDecision, asksRegistry: Bool) {
        var aspects: Set<DecisionAspect> = asksRegistry ? [.registryAsked] : []
        var vouchers: Set<DecisionAspect> = []
        var unevaluated: Set<DecisionAspect.Rule> = []
        var signers: Set<Signer> = []
        if case .exempt(let name) = decision.verdict { aspects.insert(.exemption(name)) }
        for finding in decision.findings {
            if let aspect = DecisionAspect(finding) { aspects.insert(aspect) }
            if finding.vouches { vouchers.insert(.vouching(by: DecisionAspect.Rule(finding))) }
            switch finding.outcome {
            case .passed(let passed): signers.formUnion(passed.signers)
            case .notEvaluated: unevaluated.insert(DecisionAspect.Rule(finding))
            case .violated, .undetermined: break
            }
        }
        isAdmitted = decision.isAllowed
        self.aspects = aspects
        self.vouchers = vouchers
        self.unevaluated = unevaluated
        self.signers = signers
    }

    /// What it says and the other one does not, although it looked too.
    func aspects(withoutThoseOf other: ProbedOutcome) -> Set<DecisionAspect> {
        aspects.subtracting(other.aspects).filter { aspect in
            switch aspect {
            case .refusal(let rule, _, _, _), .relief(let rule, _): !other.unevaluated.contains(rule)
            case .registryAsked: other.unevaluated.isEmpty
            case .exemption, .vouching: true
            }
        }
    }
}

extension DecisionAspect {
    /// Whether an image may come in or be refused because of it, or because of what goes with it.
    var isDecisive: Bool {
        switch self {
        case .refusal(_, let consequence, _, _): consequence == .deny
        case .relief, .exemption, .vouching, .registryAsked: true
        }
    }

    /// Nil if nothing comes of it.
    fileprivate init?(_ finding: Finding) {
        let rule = Rule(finding)
        if let consequence = finding.consequence, let reason = finding.refusal?.reason {
            let isUndetermined = if case .undetermined = finding.outcome { true } else { false }
            self = .refusal(by: rule, consequence: consequence, isUndetermined: isUndetermined, reason)
        } else if finding.isRelieved, let relief = finding.relief {
            switch relief {
            case .exception(let name, _): self = .relief(of: rule, by: "exception `\(name)` lifts it")
            case .lastKnownGood: self = .relief(of: rule, by: "it was last known to hold")
            case .alreadyAdmitted: self = .relief(of: rule, by: "the image was let in before")
            }
        } else {
            return nil
        }
    }
}

/// What two sets say about one probe, without what both say.
struct ProbedChange: Hashable {
    let wasAdmitted: Bool
    let isAdmitted: Bool
    let gone: Set<DecisionAspect>
    let new: Set<DecisionAspect>

    /// Nil if both say the same.
    init?(_ before: ProbedOutcome, _ after: ProbedOutcome) {
        wasAdmitted = before.isAdmitted
        isAdmitted = after.isAdmitted
        // One more that vouches changes nothing, as long as another one does.
        let isOtherVoucher = (wasAdmitted || isAdmitted) && before.vouchers.isDisjoint(with: after.vouchers)
        let (oldVouchers, newVouchers) = isOtherVoucher ? (before.vouchers, after.vouchers) : ([], [])
        gone = before.aspects(withoutThoseOf: after).union(oldVouchers)
        new = after.aspects(withoutThoseOf: before).union(newVouchers)
        if gone.isEmpty && new.isEmpty && wasAdmitted == isAdmitted { return nil }
    }

    private init(admitted: Bool, gone: Set<DecisionAspect>, new: Set<DecisionAspect>) {
        (wasAdmitted, isAdmitted, self.gone, self.new) = (admitted, admitted, gone, new)
    }

    /// The same of an image that both sets let in.
    var whereAdmitted: ProbedChange { ProbedChange(admitted: true, gone: gone, new: new) }

    var effect: PolicyDifference.Effect {
        if wasAdmitted == isAdmitted { return .reasons }
        return isAdmitted ? .loosened : .tightened
    }
}
