import OCI
import PolicyEngine
public import Timestamp
import Trust

/// What came of comparing two sets of policies.
public struct PolicyComparison: Sendable {
    /// Those that do not say the same in both sets.
    public let documents: [DocumentChange]
    /// Attestors of checks that differ, beside which another one is asked that may believe something else of the same
    /// signers, such as another name that a signature must be for: no made-up signature shows it.
    public let unprobedAttestors: [String]
    /// What is let in now comes first, then what is refused now, then what is only said for other reasons.
    public let differences: [PolicyDifference]
    /// How many images in requests both sets were asked about.
    public let probeCount: Int
    /// How many there would be of what the documents speak of: at least that many if it is more than `probeCount`.
    public let possibleProbes: Int

    /// Whether nothing was found that differs in meaning.
    public var isEmpty: Bool { differences.isEmpty && unprobedAttestors.isEmpty }

    /// A few seconds' work for sets of a thousand policies.
    public static let maximumProbes = 100_000
}

/// Images of which the two sets say different things for the same reasons.
public struct PolicyDifference: Sendable {
    public let effect: Effect
    public let before: Side
    public let after: Side
    /// The plainest first; at least one.
    public let examples: [DifferenceExample]
    /// How many more images show the same.
    public let furtherExamples: Int

    public enum Effect: String, CaseIterable, Comparable, Hashable, Sendable {
        /// What was refused comes in.
        case loosened
        /// What came in is refused.
        case tightened
        /// The same becomes of it, with other findings, warnings or exceptions.
        case reasons

        public static func < (left: Effect, right: Effect) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .loosened: 0
            case .tightened: 1
            case .reasons: 2
            }
        }
    }

    /// What one of the sets says.
    public struct Side: Sendable {
        public let isAdmitted: Bool
        /// What the other set does not say.
        public let aspects: [DecisionAspect]
    }
}

extension LoadedPolicies {
    /// What is different under `new`: made-up images are judged by both sets at `now`, and those on which the sets differ
    /// are told. What is made up comes from the documents that differ, and from the policies that vouch beside them.
    public func compared(
        with new: LoadedPolicies, at now: Instant, probes limit: Int = PolicyComparison.maximumProbes
    ) -> PolicyComparison {
        let documents = documentChanges(to: new)
        let pair = ProbedPair(self, new, changed: documents, now: now)
        var search = DifferenceSearch(pair)
        search.probe(DiffFocus.all(of: pair, changed: documents), atMost: limit)
        return PolicyComparison(
            documents: documents, unprobedAttestors: pair.unprobedAttestors,
            differences: DiffSummary(pair).differences(search.found), probeCount: search.probeCount,
            possibleProbes: search.possibleProbes)
    }
}

/// Two sets of policies, asked about the same probes.
struct ProbedPair {
    let old: LoadedPolicies
    let new: LoadedPolicies
    let oldProbed: ProbedPolicies
    let newProbed: ProbedPolicies
    let now: Instant
    /// What stands for wildcards and variables, the plainest first.
    let fillers: [String]
    /// A namespace that neither set speaks of, unless of all.
    let anyNamespace: String
    /// All that checks of either set ask to be attested.
    let statements: [VerifiedStatement]
    /// All that any attestor of either set believes.
    let everybody: Set<Signer>
    /// The policies that vouch for something, those that say the same in both sets once.
    let vouchers: [WrittenPolicy]

    init(_ old: LoadedPolicies, _ new: LoadedPolicies, changed documents: [DocumentChange], now: Instant) {
        self.old = old
        self.new = new
        self.now = now
        // A value that whoever writes a pattern cannot have in mind, since it follows from all documents.
        let revisions = old.policySet.revision.bytes + new.policySet.revision.bytes
        let filler = "q" + Digest.sha256(of: revisions).hexadecimal.prefix(ProbedPair.fillerLength)
        fillers = [ProbedPair.plainFiller, filler]
        let statements = each(old.policySet.asked(filling: fillers) + new.policySet.asked(filling: fillers))
        oldProbed = ProbedPolicies(old.policySet, attested: statements)
        newProbed = ProbedPolicies(new.policySet, attested: statements, standIns: new.standIns(for: old))
        self.statements = statements
        anyNamespace = ProbedPair.unnamed(in: [old, new], or: filler)
        everybody = oldProbed.everybody.union(newProbed.everybody)
        let changed = Set(documents.filter { $0.isOf(.imagePolicy) }.map(\.name))
        vouchers = (new.written + old.written.filter { changed.contains($0.name) }).filter {
            !$0.vouchingChecks.isEmpty
        }
    }

    private static func unnamed(in sets: [LoadedPolicies], or other: String) -> String {
        var vocabulary = Vocabulary()
        for set in sets {
            for policy in set.written { vocabulary.read(policy.specification, .object(ImagePolicy.specification)) }
            for exemption in set.writtenExemptions {
                vocabulary.read(exemption.specification, .object(Exemption.specification))
            }
            for exception in set.writtenExceptions {
                vocabulary.read(exception.specification, .object(PolicyException.specification))
            }
        }
        let names = vocabulary.labels.joined().filter(\.isOfName).map(\.value)
        let counted = [Probe.anyNamespace, "some-namespace", "\(other)-namespace", other].map { name in
            (name, vocabulary.namespaces.count { $0.fits(name) } + names.count { $0 == name })
        }
        return counted.min { $0.1 < $1.1 }?.0 ?? other
    }

    static let plainFiller = "x"
    /// More than somebody can find who looks for a pattern that fits it.
    private static let fillerLength = 8

    /// What differs for the probe; nil if nothing does.
    func change(of probe: Probe) -> ProbedChange? {
        outcomes(of: probe).flatMap { ProbedChange($0.before, $0.after) }
    }

    func outcomes(of probe: Probe) -> (before: ProbedOutcome, after: ProbedOutcome)? {
        guard let before = oldProbed.judge(probe, at: now), let after = newProbed.judge(probe, at: now) else {
            return nil
        }
        return (
            ProbedOutcome(before.decision, asksRegistry: before.asksRegistry),
            ProbedOutcome(after.decision, asksRegistry: after.asksRegistry)
        )
    }
}
