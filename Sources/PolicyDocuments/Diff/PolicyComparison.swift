import PolicyEngine
public import Timestamp
import Trust

/// What came of comparing two sets of policies.
public struct PolicyComparison: Sendable {
    /// Those that do not say the same in both sets.
    public let documents: [DocumentChange]
    /// Those of them, Attestors that some check asks, that differ in what no made-up signature shows, such as the name that
    /// a signature must be for.
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
            documents: documents, unprobedAttestors: unprobedAttestors(in: new, changed: documents),
            differences: DiffSummary(pair).differences(search.found), probeCount: search.probeCount,
            possibleProbes: search.possibleProbes)
    }

    /// Made-up signatures tell keys apart and nothing else.
    private func unprobedAttestors(in new: LoadedPolicies, changed documents: [DocumentChange]) -> [String] {
        let changed = Set(documents.filter { $0.isOf(.attestor) && $0.change == .changed }.map(\.name))
        let asked = Set((written + new.written).flatMap(\.attestors).map(\.name))
        let after = Dictionary(new.writtenAttestors.map { ($0.name, $0.value) }) { first, _ in first }
        return writtenAttestors.filter { old in
            guard changed.contains(old.name), asked.contains(old.name), let new = after[old.name] else { return false }
            return new.fingerprint != old.value.fingerprint && !old.value.signers.isEmpty
                && Set(new.signers) == Set(old.value.signers)
        }.map(\.name).sorted()
    }
}

/// Two sets of policies, asked about the same probes.
struct ProbedPair {
    let old: LoadedPolicies
    let new: LoadedPolicies
    let oldProbed: ProbedPolicies
    let newProbed: ProbedPolicies
    let now: Instant
    /// All that any attestor of either set believes.
    let everybody: Set<Signer>
    /// The policies that vouch for something, those that say the same in both sets once.
    let vouchers: [WrittenPolicy]

    init(_ old: LoadedPolicies, _ new: LoadedPolicies, changed documents: [DocumentChange], now: Instant) {
        self.old = old
        self.new = new
        self.now = now
        oldProbed = ProbedPolicies(old.policySet)
        newProbed = ProbedPolicies(new.policySet)
        everybody = oldProbed.everybody.union(newProbed.everybody)
        let changed = Set(documents.filter { $0.isOf(.imagePolicy) }.map(\.name))
        vouchers = (new.written + old.written.filter { changed.contains($0.name) }).filter {
            !$0.vouchingChecks.isEmpty
        }
    }

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
