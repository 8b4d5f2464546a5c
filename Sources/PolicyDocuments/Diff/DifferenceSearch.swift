import OCI
import PolicyEngine
import Timestamp
import Trust

/// Asks both sets about the probes of every focus, as far as the bound goes, and keeps the plainest probe for each thing
/// that only one of the sets says.
struct DifferenceSearch {
    private let pair: ProbedPair
    private(set) var probeCount = 0
    private(set) var possibleProbes = 0
    private(set) var found: [Key: Candidate] = [:]

    /// What is shown by an example of its own.
    struct Key: Hashable {
        /// Nil if all is said as before, and yet another thing becomes of the image.
        let aspect: DecisionAspect?
        let isNew: Bool
        /// A word that only one of the documents has and that the probe is about; empty if there is none.
        let word: String
    }

    struct Candidate {
        let probe: Probe
        let change: ProbedChange

        /// Whether it shows best what the key is about: in what becomes of the image, if that can be because of it, and
        /// then with as little beside it as there is.
        func isBetter(than other: Candidate, for key: Key, _ pair: ProbedPair) -> Bool {
            let (mine, theirs) = (change.effect == .reasons, other.change.effect == .reasons)
            if mine != theirs, key.aspect?.isDecisive ?? true { return theirs }
            let count = change.gone.count + change.new.count
            let otherCount = other.change.gone.count + other.change.new.count
            return count == otherCount ? pair.isPlainer(probe, than: other.probe) : count < otherCount
        }
    }

    init(_ pair: ProbedPair) { self.pair = pair }

    /// What a small focus leaves over goes to those after it.
    mutating func probe(_ foci: [DiffFocus], atMost limit: Int) {
        // Where a policy lists very many patterns, each probe is compared with all of them.
        let work = 1 + pair.patternCount / DifferenceSearch.fewPatterns
        let limit = max(limit / work, min(limit, DifferenceSearch.leastProbes))
        for (index, focus) in foci.enumerated() {
            let share = (limit - probeCount) / (foci.count - index)
            probe(focus, atMost: share)
        }
    }

    private mutating func probe(_ focus: DiffFocus, atMost limit: Int) {
        let (spaces, leftOut) = focus.spaces(of: pair)
        let end = probeCount + limit
        var changed = focus.changed
        for (index, space) in spaces.enumerated() {
            addPossible(space.possible)
            let share = (end - probeCount) / (spaces.count - index)
            probeCount += space.visit(atMost: share) { probe in note(probe, &changed) }
        }
        addPossible(leftOut)
    }

    private mutating func addPossible(_ count: Int) {
        let (sum, isTooLarge) = possibleProbes.addingReportingOverflow(count)
        possibleProbes = isTooLarge ? .max : sum
    }

    private mutating func note(_ probe: Probe, _ changed: inout ChangedWords) {
        guard let change = pair.change(of: probe) else { return }
        let candidate = Candidate(probe: probe, change: change)
        for word in changed.words(of: probe) {
            for aspect in change.gone { keep(candidate, Key(aspect: aspect, isNew: false, word: word)) }
            for aspect in change.new { keep(candidate, Key(aspect: aspect, isNew: true, word: word)) }
            if change.gone.isEmpty && change.new.isEmpty { keep(candidate, Key(aspect: nil, isNew: true, word: word)) }
        }
    }

    private static let fewPatterns = 256
    private static let leastProbes = 2_000

    private mutating func keep(_ candidate: Candidate, _ key: Key) {
        if let kept = found[key], !candidate.isBetter(than: kept, for: key, pair) { return }
        found[key] = candidate
    }
}

extension ProbedPair {
    /// Whether a sentence about a probe has fewer facts, or a shorter name.
    func isPlainer(_ probe: Probe, than other: Probe) -> Bool {
        let (mine, theirs) = (strangeness(of: probe), strangeness(of: other))
        if mine != theirs { return mine < theirs }
        let (image, otherImage) = (probe.reference.original.utf8, other.reference.original.utf8)
        if image.count != otherImage.count { return image.count < otherImage.count }
        return image.lexicographicallyPrecedes(otherImage)
    }

    private func strangeness(of probe: Probe) -> Int {
        let facts = [
            probe.namespace != anyNamespace, probe.namespace == nil, probe.areLabelsUnknown, probe.container != .main,
            probe.source != .kubernetes, probe.time != nil, probe.digest != Probe.anyDigest,
            probe.reference.digest != nil, !probe.signers.isEmpty, !probe.isSigned, probe.age != .zero,
            probe.isUnreachable, probe.lastKnownGood != nil,
        ]
        return facts.count { $0 } + probe.labels.count + (probe.statements?.count ?? 0)
    }

    /// Of all policies that every image is compared with, the patterns; of the others, those of the largest.
    var patternCount: Int {
        let counts = (old.written + new.written).map { written in
            (
                isEverywhere: written.policy.match.images.isEmpty,
                count: written.policy.checks.reduce(0) { $0 + $1.check.patterns.count }
            )
        }
        return counts.filter(\.isEverywhere).reduce(0) { $0 + $1.count }
            + (counts.filter { !$0.isEverywhere }.map(\.count).max() ?? 0)
    }
}
