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
        func isBetter(than other: Candidate, for key: Key) -> Bool {
            let (mine, theirs) = (change.effect == .reasons, other.change.effect == .reasons)
            if mine != theirs, key.aspect?.isDecisive ?? true { return theirs }
            let count = change.gone.count + change.new.count
            let otherCount = other.change.gone.count + other.change.new.count
            return count == otherCount ? probe.isPlainer(than: other.probe) : count < otherCount
        }
    }

    init(_ pair: ProbedPair) { self.pair = pair }

    /// What a small focus leaves over goes to those after it.
    mutating func probe(_ foci: [DiffFocus], atMost limit: Int) {
        for (index, focus) in foci.enumerated() {
            let share = (limit - probeCount) / (foci.count - index)
            probe(focus, atMost: share)
        }
    }

    private mutating func probe(_ focus: DiffFocus, atMost limit: Int) {
        let (spaces, leftOut) = focus.spaces(of: pair)
        let end = probeCount + limit
        for (index, space) in spaces.enumerated() {
            possibleProbes += space.count
            let share = (end - probeCount) / (spaces.count - index)
            probeCount += space.visit(atMost: share) { probe in note(probe, focus) }
        }
        possibleProbes += leftOut
    }

    private mutating func note(_ probe: Probe, _ focus: DiffFocus) {
        guard let change = pair.change(of: probe) else { return }
        let candidate = Candidate(probe: probe, change: change)
        for word in focus.changedWords(of: probe) {
            for aspect in change.gone { keep(candidate, Key(aspect: aspect, isNew: false, word: word)) }
            for aspect in change.new { keep(candidate, Key(aspect: aspect, isNew: true, word: word)) }
            if change.gone.isEmpty && change.new.isEmpty { keep(candidate, Key(aspect: nil, isNew: true, word: word)) }
        }
    }

    private mutating func keep(_ candidate: Candidate, _ key: Key) {
        if let kept = found[key], !candidate.isBetter(than: kept, for: key) { return }
        found[key] = candidate
    }
}

extension Probe {
    /// Whether a sentence about it has fewer facts, or a shorter name.
    func isPlainer(than other: Probe) -> Bool {
        let (mine, theirs) = (strangeness, other.strangeness)
        if mine != theirs { return mine < theirs }
        let (image, otherImage) = (reference.original.utf8, other.reference.original.utf8)
        if image.count != otherImage.count { return image.count < otherImage.count }
        return image.lexicographicallyPrecedes(otherImage)
    }

    private var strangeness: Int {
        let facts = [
            namespace != Probe.anyNamespace, namespace == nil, areLabelsUnknown, container != .main,
            source != .kubernetes, time != nil, digest != Probe.anyDigest, reference.digest != nil, !signers.isEmpty,
            !isSigned, age != .zero, isUnreachable, lastKnownGood != nil,
        ]
        return facts.count { $0 } + labels.count + (statements?.count ?? 0)
    }
}
