import OCI
import PolicyEngine
import Timestamp
import Trust

/// A probe as a case of `PolicyTests` for the new set has it.
struct StatedCase {
    let text: String

    /// Nil if a case cannot state it, or if the old set, where it has attestors of these names, would be told of another
    /// image by it.
    init?(_ probe: Probe, showing change: ProbedChange, _ pair: ProbedPair) {
        guard probe.lastKnownGood == nil, let names = StatedCase.signers(probe, pair),
            let decision = pair.newProbed.decide(probe, at: pair.now),
            StatedCase.decides(pair.new, pair.newProbed, probe, by: names, pair, as: change.isAdmitted),
            StatedCase.decides(pair.old, pair.oldProbed, probe, by: names, pair, as: change.wasAdmitted)
        else { return nil }
        var members: [(String, String)] = [("image", probe.reference.description.debugDescription)]
        func add(_ name: String, _ value: String?) { if let value { members.append((name, value)) } }
        add("namespace", probe.namespace.map(\.debugDescription))
        add("namespaceLabels", probe.labels.isEmpty || probe.namespace == nil ? nil : StatedCase.mapping(probe.labels))
        add("unknown", probe.areLabelsUnknown ? "[\(PolicyTestCase.namespaceLabelsWord)]" : nil)
        add("container", probe.container == .main ? nil : probe.container.rawValue)
        add("source", probe.source == .kubernetes ? nil : probe.source.rawValue)
        let time = probe.time ?? pair.now
        add("time", time.nanoseconds == 0 ? time.rfc3339InSeconds : time.rfc3339)
        add("digest", probe.reference.digest == nil && !probe.isUnreachable ? "\(probe.digest)" : nil)
        add("evidence", StatedCase.evidence(by: names, probe, pair))
        add("expect", decision.testVerdict.rawValue)
        text = "{" + members.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private static func mapping(_ labels: [NamespaceLabel]) -> String {
        "{" + labels.map { "\($0.key.debugDescription): \($0.value.debugDescription)" }.joined(separator: ", ") + "}"
    }

    /// Nil if there is none.
    private static func evidence(by names: [String], _ probe: Probe, _ pair: ProbedPair) -> String? {
        guard !probe.isUnreachable else { return "{registry: unreachable}" }
        let attestations = attestations(by: names, probe, pair)
        let lists = [("signatures", probe.isSigned ? names : []), ("attestations", attestations)].filter {
            !$0.1.isEmpty
        }
        guard !lists.isEmpty else { return nil }
        return "{" + lists.map { "\($0.0): [\($0.1.joined(separator: ", "))]" }.joined(separator: ", ") + "}"
    }

    private static func attestations(by names: [String], _ probe: Probe, _ pair: ProbedPair) -> [String] {
        let statements = probe.statements ?? pair.statements
        return names.flatMap { name in
            statements.map { statement in
                var members = ["by: \(name)", "predicateType: \(statement.predicateType.debugDescription)"]
                if believed(name, pair.new, pair.newProbed)?.provesTime == true {
                    members.append("age: \(probe.age.written)")
                }
                let build = statement.stated.map { "\($0.name): \($0.value.debugDescription)" }
                if !build.isEmpty { members.append("provenance: {\(build.joined(separator: ", "))}") }
                return "{\(members.joined(separator: ", "))}"
            }
        }
    }

    /// The attestors of the new set that are said to have signed; nil if with the keys that are then taken for theirs the
    /// image would not be signed as it is.
    private static func signers(_ probe: Probe, _ pair: ProbedPair) -> [String]? {
        let signed = probe.signers.intersection(pair.newProbed.everybody)
        let signing = zip(pair.new.writtenAttestors, pair.newProbed.believed).filter {
            $1.own.map(signed.contains) ?? false
        }
        guard Set(signing.compactMap(\.1.own)) == signed else { return nil }
        return signing.map(\.0.name)
    }

    // MARK: - What a set makes of it

    /// Whether a set that the case is told of decides like that. One that does not know these attestors is told nothing.
    private static func decides(
        _ set: LoadedPolicies, _ probed: ProbedPolicies, _ probe: Probe, by names: [String], _ pair: ProbedPair,
        as isAdmitted: Bool
    ) -> Bool {
        var stated = probe
        stated.signers = []
        for name in names {
            guard let signing = believed(name, set, probed) else { return true }
            let said = believed(name, pair.new, pair.newProbed)
            // The case says when it was attested, which only the new set might take for proven.
            guard probe.statements == [] || said?.provesTime == signing.provesTime else { return false }
            if let own = signing.own { stated.signers.insert(own) }
        }
        return probed.decide(stated, at: pair.now)?.isAllowed == isAdmitted
    }

    private static func believed(
        _ name: String, _ set: LoadedPolicies, _ probed: ProbedPolicies
    ) -> ProbedPolicies.Believed? {
        zip(set.writtenAttestors, probed.believed).first { $0.0.name.utf8.elementsEqual(name.utf8) }?.1
    }
}
