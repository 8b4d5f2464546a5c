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
        var examples: [ProbedChange: [Probe]] = [:]
        for (key, candidate) in found {
            if candidate.change.effect == .reasons, key.aspect?.isDecisive ?? true, told.contains(Statement(key)) {
                continue
            }
            examples[candidate.change, default: []].append(plainest(candidate))
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

    private func difference(_ change: ProbedChange, _ probes: [Probe]) -> PolicyDifference {
        let probes = each(probes).sorted { $0.isPlainer(than: $1) }
        let examples = probes.prefix(DiffSummary.shownExamples).map { DifferenceExample($0, showing: change, pair) }
        return PolicyDifference(
            effect: change.effect,
            before: PolicyDifference.Side(isAdmitted: change.wasAdmitted, aspects: inOrder(change.gone)),
            after: PolicyDifference.Side(isAdmitted: change.isAdmitted, aspects: inOrder(change.new)),
            examples: examples,
            furtherExamples: probes.count - examples.count)
    }

    private func inOrder(_ aspects: Set<DecisionAspect>) -> [DecisionAspect] {
        aspects.map { ($0, $0.description) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    /// Without every fact that the change does not depend on.
    private func plainest(_ candidate: DifferenceSearch.Candidate) -> Probe {
        var probe = candidate.probe
        func attempt(_ simplify: (inout Probe) -> Void) {
            var simpler = probe
            simplify(&simpler)
            if simpler != probe, pair.change(of: simpler) == candidate.change { probe = simpler }
        }
        attempt { $0.time = nil }
        attempt { ($0.isUnreachable, $0.lastKnownGood) = (false, nil) }
        attempt { $0.lastKnownGood = nil }
        attempt { $0.signers = [] }
        if !probe.signers.isEmpty, let outcomes = pair.outcomes(of: probe) {
            attempt { $0.signers = outcomes.before.signers.union(outcomes.after.signers) }
            if probe.signers.count <= DiffSummary.triedSigners {
                for signer in probe.signers.sorted(by: { $0.description < $1.description }) {
                    attempt { $0.signers.remove(signer) }
                }
            }
        }
        attempt { $0.container = .main }
        attempt { $0.source = .kubernetes }
        attempt { $0.digest = Probe.anyDigest }
        attempt { ($0.labels, $0.areLabelsUnknown) = ([], false) }
        for label in probe.labels { attempt { $0.labels.removeAll { $0 == label } } }
        attempt { $0.namespace = Probe.anyNamespace }
        attempt { simpler in
            let reference = simpler.reference
            let name = reference.digest.map { "@\($0)" } ?? ":1"
            if let plain = try? ImageReference(parsing: "\(reference.repository)\(name)") { simpler.reference = plain }
        }
        return probe
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
    /// Those of a check are fewer.
    private static let triedSigners = 64
}
