import OCI
import PolicyEngine
import Timestamp
import Trust

/// Turns the probes that show a change into few differences, each with as few facts as it takes.
struct DiffSummary {
    private let pair: ProbedPair

    init(_ pair: ProbedPair) { self.pair = pair }

    func differences(_ found: [DifferenceSearch.Key: DifferenceSearch.Candidate]) -> [PolicyDifference] {
        // What makes an image come in or be refused need not be told again of those to which nothing happens.
        let decisive = found.filter { $0.value.change.effect != .reasons }.keys.map { Statement($0) }
        let told = Set(decisive)
        var examples: [ProbedChange: [DifferenceSearch.Candidate]] = [:]
        for (key, candidate) in found {
            if candidate.change.effect == .reasons, key.aspect?.isDecisive ?? true, told.contains(Statement(key)) {
                continue
            }
            examples[candidate.change, default: []].append(candidate)
        }
        // Nor what is also said of an image that comes in.
        let shown = examples.filter { change, _ in
            change.effect != .reasons || change.isAdmitted || examples[change.whereAdmitted] == nil
        }
        return shown.map(difference).sorted(by: DiffSummary.precedes)
    }

    private struct Statement: Hashable {
        let aspect: DecisionAspect?
        let isNew: Bool

        init(_ key: DifferenceSearch.Key) { (aspect, isNew) = (key.aspect, key.isNew) }
    }

    private func difference(_ change: ProbedChange, _ found: [DifferenceSearch.Candidate]) -> PolicyDifference {
        let found = eachRegistryFirst(found.sorted { pair.isPlainer($0.probe, than: $1.probe) }, \.probe)
        let plainest = found.prefix(DiffSummary.simplified).map { $0.plainest(of: pair) }
        let probes = eachRegistryFirst(each(plainest).sorted { pair.isPlainer($0, than: $1) }) { $0 }
        let others = Set(found.dropFirst(DiffSummary.simplified).map(\.probe.reference))
            .subtracting(probes.map(\.reference))
        let examples = probes.prefix(DiffSummary.shownExamples).map { DifferenceExample($0, showing: change, pair) }
        return PolicyDifference(
            effect: change.effect,
            before: PolicyDifference.Side(isAdmitted: change.wasAdmitted, aspects: inOrder(change.gone)),
            after: PolicyDifference.Side(isAdmitted: change.isAdmitted, aspects: inOrder(change.new)),
            examples: examples,
            furtherExamples: probes.count - examples.count + others.count)
    }

    /// The plainest of each registry, and then the others.
    private func eachRegistryFirst<Value>(_ values: [Value], _ probe: (Value) -> Probe) -> [Value] {
        var seen: Set<String> = []
        let isFirst = values.map { seen.insert(probe($0).reference.repository.domain).inserted }
        let (first, others) = (zip(values, isFirst).filter(\.1), zip(values, isFirst).filter { !$0.1 })
        return (first + others).map(\.0)
    }

    private func inOrder(_ aspects: Set<DecisionAspect>) -> [DecisionAspect] {
        aspects.map { ($0, $0.description) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private static func precedes(_ left: PolicyDifference, _ right: PolicyDifference) -> Bool {
        func rank(_ difference: PolicyDifference) -> (PolicyDifference.Effect, String, String) {
            let aspects = difference.before.aspects + difference.after.aspects
            return (difference.effect, difference.examples.first?.image ?? "", "\(aspects)")
        }
        return rank(left) < rank(right)
    }

    /// A reader needs a few.
    private static let shownExamples = 5
    /// Of the others only the image counts.
    private static let simplified = 32
}
