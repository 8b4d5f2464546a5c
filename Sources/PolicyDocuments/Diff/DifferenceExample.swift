public import OCI
public import PolicyEngine
public import Timestamp
import Trust

/// A made-up image in a made-up request of which two sets of policies say different things: everything that it takes to
/// see it again.
public struct DifferenceExample: Hashable, Sendable {
    /// A reference.
    public let image: String
    /// What its tag stands for; nil if it names a digest, or may stand for anything.
    public let digest: Digest?
    /// Nil where the request has none.
    public let namespace: String?
    /// Whether the namespace may as well be any other.
    public let isAnyNamespace: Bool
    /// Of the namespace; nil if they could not be had.
    public let labels: [NamespaceLabel]?
    public let container: ContainerKind
    public let source: RequestSource
    /// The time of the decision.
    public let time: Instant
    /// Whether it may as well be any other near it.
    public let isNow: Bool
    /// Who signed it.
    public let signatures: [MadeUpSignature]
    /// Whether it must not be signed. Else, without signatures, it makes no difference whether it is.
    public let isUnsigned: Bool
    /// Whether its registry gives no answer.
    public let isRegistryUnreachable: Bool
    /// How long ago every check of it was last known to hold; nil if nobody remembers.
    public let lastKnownGood: Duration?
    /// A case of `PolicyTests` that states all of this and what the new set decides, on one line in flow style; nil if
    /// no case can state it.
    public let testCase: String?

    init(_ probe: Probe, showing change: ProbedChange, _ pair: ProbedPair) {
        image = probe.reference.description
        digest = probe.reference.digest == nil && probe.digest != Probe.anyDigest ? probe.digest : nil
        namespace = probe.namespace
        isAnyNamespace = probe.namespace == Probe.anyNamespace
        labels = probe.areLabelsUnknown ? nil : probe.namespace == nil ? [] : probe.labels
        container = probe.container
        source = probe.source
        time = probe.time ?? pair.now
        isNow = probe.time == nil
        signatures = MadeUpSignature.all(of: probe, pair)
        isUnsigned = probe.signers.isEmpty && !probe.isUnreachable && DifferenceExample.signed(probe, pair) != change
        isRegistryUnreachable = probe.isUnreachable
        lastKnownGood = probe.lastKnownGood
        testCase = StatedCase(probe, pair)?.text
    }

    private static func signed(_ probe: Probe, _ pair: ProbedPair) -> ProbedChange? {
        var probe = probe
        probe.signers = pair.everybody
        return pair.change(of: probe)
    }
}

/// A signature, by the Attestors that believe it.
public struct MadeUpSignature: Hashable, Sendable, CustomStringConvertible {
    public let signer: String
    /// Attestors of the old set, and of the new one.
    public let before: [String]
    public let after: [String]

    /// `release-key`, or if the sets do not agree about it, also which of them believes it.
    public var description: String {
        func listed(_ names: [String], _ of: String) -> [String] { names.map { "`\($0)`\(of)" } }
        let both = before.filter(after.contains)
        let names =
            listed(both, "") + listed(before.filter { !both.contains($0) }, " of the old set")
            + listed(after.filter { !both.contains($0) }, " of the new set")
        return names.joined(separator: " and ")
    }

    static func all(of probe: Probe, _ pair: ProbedPair) -> [MadeUpSignature] {
        probe.signers.sorted { $0.description < $1.description }.map { signer in
            func believing(_ set: LoadedPolicies, _ probed: ProbedPolicies) -> [String] {
                zip(set.writtenAttestors, probed.signers).filter { $1.contains(signer) }.map(\.0.name).sorted()
            }
            return MadeUpSignature(
                signer: signer.description, before: believing(pair.old, pair.oldProbed),
                after: believing(pair.new, pair.newProbed))
        }
    }
}

/// A probe as a case of `PolicyTests` for the new set has it.
private struct StatedCase {
    let text: String

    /// Nil if a case cannot state it.
    init?(_ probe: Probe, _ pair: ProbedPair) {
        guard probe.lastKnownGood == nil, let names = StatedCase.signatures(probe, pair),
            let decision = pair.newProbed.decide(probe, at: pair.now)
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
        if probe.isUnreachable {
            add("evidence", "{registry: unreachable}")
        } else if !names.isEmpty {
            let attestations = StatedCase.attestations(by: names, probe, pair).joined(separator: ", ")
            let signatures = "signatures: [\(names.joined(separator: ", "))]"
            add(
                "evidence",
                attestations.isEmpty ? "{\(signatures)}" : "{\(signatures), attestations: [\(attestations)]}")
        }
        add("expect", decision.testVerdict.rawValue)
        text = "{" + members.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private static func mapping(_ labels: [NamespaceLabel]) -> String {
        "{" + labels.map { "\($0.key.debugDescription): \($0.value.debugDescription)" }.joined(separator: ", ") + "}"
    }

    private static func attestations(by names: [String], _ probe: Probe, _ pair: ProbedPair) -> [String] {
        let statements = probe.statements ?? pair.newProbed.statements
        return names.flatMap { name in
            statements.map { statement in
                let type = "predicateType: \(statement.predicateType.debugDescription)"
                let build = provenance(statement).map { ", provenance: {\($0)}" } ?? ""
                return "{by: \(name), \(type), age: \(probe.age.written)\(build)}"
            }
        }
    }

    private static func provenance(_ statement: VerifiedStatement) -> String? {
        guard case .provenance(let build)? = statement.facts else { return nil }
        let facts = [
            ("builder", build.builder), ("buildType", build.buildType), ("source", build.source),
            ("sourceRef", build.sourceRef),
        ]
        return facts.compactMap { name, value in value.map { "\(name): \($0.debugDescription)" } }
            .joined(separator: ", ")
    }

    /// The attestors of the new set that are said to have signed; nil if with the keys that are then taken for theirs the
    /// image would not be signed as it is.
    private static func signatures(_ probe: Probe, _ pair: ProbedPair) -> [String]? {
        let believed = pair.newProbed.signers
        let signed = probe.signers.intersection(pair.newProbed.everybody)
        let keys = StatedVerifications.ownSigners(of: pair.new.policySet.attestors)
        let signing = believed.indices.filter { index in keys[index].map(signed.contains) ?? false }
        guard Set(signing.compactMap { keys[$0] }) == signed else { return nil }
        return signing.map { pair.new.writtenAttestors[$0].name }
    }
}
