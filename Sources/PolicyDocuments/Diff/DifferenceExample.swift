public import OCI
public import PolicyEngine
public import Timestamp
public import Trust

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
    /// What was attested of it.
    public let attestations: [MadeUpAttestation]
    /// Whether nothing else must have been attested of it. Else it makes no difference whether it was.
    public let isUnattested: Bool
    /// Whether its registry gives no answer.
    public let isRegistryUnreachable: Bool
    /// How long ago every check of it was last known to hold; nil if nobody remembers.
    public let lastKnownGood: Duration?
    /// A case of `PolicyTests` that states all of this and what the new set decides, on one line in flow style; nil if
    /// no case can state it for the new set, or it states something else for the old one.
    public let testCase: String?

    init(_ probe: Probe, showing change: ProbedChange, _ pair: ProbedPair) {
        image = probe.reference.description
        digest = probe.reference.digest == nil && probe.digest != Probe.anyDigest ? probe.digest : nil
        namespace = probe.namespace
        isAnyNamespace = probe.namespace == pair.anyNamespace
        labels = probe.areLabelsUnknown ? nil : probe.namespace == nil ? [] : probe.labels
        container = probe.container
        source = probe.source
        time = probe.time ?? pair.now
        isNow = probe.time == nil
        let signers = MadeUpSignature.all(of: probe, pair)
        signatures = probe.isSigned ? signers : []
        attestations = MadeUpAttestation.all(of: probe, by: signers, pair)
        let isLacking = !probe.isUnreachable
        isUnsigned =
            isLacking && signatures.isEmpty
            && DifferenceExample.changes(probe, from: change, pair) {
                if $0.signers.isEmpty { ($0.signers, $0.statements) = (pair.everybody, []) }
                $0.isSigned = true
            }
        isUnattested =
            isLacking
            && DifferenceExample.changes(probe, from: change, pair) {
                if $0.signers.isEmpty { ($0.signers, $0.isSigned) = (pair.everybody, false) }
                $0.statements = nil
            }
        isRegistryUnreachable = probe.isUnreachable
        lastKnownGood = probe.lastKnownGood
        testCase = StatedCase(probe, showing: change, pair)?.text
    }

    /// Whether something else becomes of it with one more fact.
    private static func changes(
        _ probe: Probe, from change: ProbedChange, _ pair: ProbedPair, with more: (inout Probe) -> Void
    ) -> Bool {
        var other = probe
        more(&other)
        return pair.change(of: other) != change
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

/// What was attested of an image, and by whom.
public struct MadeUpAttestation: Hashable, Sendable, CustomStringConvertible {
    public let statement: VerifiedStatement
    public let signers: [MadeUpSignature]
    /// How long before the decision.
    public let age: Duration

    /// `attested by `ci`: `https://slsa.dev/provenance/v1` with builder `https://…`, 30d before`
    public var description: String {
        let facts = statement.stated.map { "\($0.name) `\($0.value)`" }
        return "attested by \(signers.map(\.description).joined(separator: ", by ")): `\(statement.predicateType)`"
            + (facts.isEmpty ? "" : " with \(facts.joined(separator: ", "))")
            + (age == .zero ? "" : ", \(age.written) before")
    }

    static func all(of probe: Probe, by signers: [MadeUpSignature], _ pair: ProbedPair) -> [MadeUpAttestation] {
        guard !signers.isEmpty else { return [] }
        return (probe.statements ?? pair.statements).map {
            MadeUpAttestation(statement: $0, signers: signers, age: probe.age)
        }
    }
}

extension VerifiedStatement {
    /// What it says of a build, by the names of the fields of a test.
    public var stated: [(name: String, value: String)] {
        guard case .provenance(let build)? = facts else { return [] }
        let facts = [
            ("builder", build.builder), ("buildType", build.buildType), ("source", build.source),
            ("sourceRef", build.sourceRef),
        ]
        return facts.compactMap { name, value in value.map { (name, $0) } }
    }
}
