import OCI
import PolicyEngine
import Timestamp
import Trust

extension DifferenceSearch.Candidate {
    /// The probe without every fact that the change does not depend on.
    func plainest(of pair: ProbedPair) -> Probe {
        var plainest = PlainestProbe(probe: probe, change: change, pair: pair)
        plainest.simplify()
        return plainest.probe
    }
}

private struct PlainestProbe {
    private(set) var probe: Probe
    let change: ProbedChange
    let pair: ProbedPair

    mutating func simplify() {
        attempt { $0.time = nil }
        attempt { ($0.isUnreachable, $0.lastKnownGood) = (false, nil) }
        attempt { $0.lastKnownGood = nil }
        simplifySignatures()
        attempt { $0.container = .main }
        attempt { $0.source = .kubernetes }
        attempt { $0.digest = Probe.anyDigest }
        attempt { ($0.labels, $0.areLabelsUnknown) = ([], false) }
        for label in probe.labels { attempt { $0.labels.removeAll { $0 == label } } }
        let anyNamespace = pair.anyNamespace
        attempt { $0.namespace = anyNamespace }
        attempt { simpler in
            let reference = simpler.reference
            let name = reference.digest.map { "@\($0)" } ?? ":1"
            if let plain = try? ImageReference(parsing: "\(reference.repository)\(name)") { simpler.reference = plain }
        }
    }

    /// With those signers and statements that it takes.
    private mutating func simplifySignatures() {
        attempt { $0.age = .zero }
        attempt { ($0.signers, $0.statements, $0.isSigned) = ([], [], true) }
        guard !probe.signers.isEmpty, let outcomes = pair.outcomes(of: probe) else { return }
        attempt { $0.signers = outcomes.before.signers.union(outcomes.after.signers) }
        if probe.signers.count <= PlainestProbe.tried {
            for signer in probe.signers.sorted(by: { $0.description < $1.description }) {
                attempt { $0.signers.remove(signer) }
            }
        }
        attempt { ($0.statements, $0.isSigned) = ([], true) }
        attempt { $0.isSigned = true }
        let statements = probe.statements ?? pair.statements
        probe.statements = statements
        guard statements.count <= PlainestProbe.tried else { return }
        for statement in statements { attempt { $0.statements?.removeAll { $0 == statement } } }
    }

    private mutating func attempt(_ simplify: (inout Probe) -> Void) {
        var simpler = probe
        simplify(&simpler)
        if simpler != probe, pair.change(of: simpler) == change { probe = simpler }
    }

    /// Those of a check are fewer.
    private static let tried = 64
}
