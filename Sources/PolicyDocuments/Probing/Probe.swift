import OCI
import PolicyEngine
import Timestamp
import Trust

/// A made-up image in a made-up request, to see what becomes of it.
struct Probe: Hashable, Sendable {
    var reference: ImageReference
    var container = ContainerKind.main
    var source = RequestSource.kubernetes
    /// Nil where the request has none.
    var namespace: String?
    /// Of the namespace, beside the one that says its name; they exist where there is one.
    var labels: [NamespaceLabel] = []
    /// Whether they could not be had.
    var areLabelsUnknown = false
    /// What the tag stands for, if the reference names no digest.
    var digest = Probe.anyDigest
    /// Who signed it, and attested something of it.
    var signers: Set<Signer> = []
    /// Whether these signed it; else they attested something of it only.
    var isSigned = true
    /// What these attested; nil is all that is asked for.
    var statements: [VerifiedStatement]?
    /// How long ago they did.
    var age = Duration.zero
    /// Whether its registry gives no answer: neither what the tag stands for nor any signature.
    var isUnreachable = false
    /// How long ago every check of it was last known to hold; nil if nobody remembers.
    var lastKnownGood: Duration?
    /// When; nil is now.
    var time: Instant?

    init(_ reference: ImageReference) { self.reference = reference }

    /// Nil if the text is no reference.
    init?(_ image: String) {
        guard let reference = try? ImageReference(parsing: image) else { return nil }
        self.init(reference)
    }

    /// The digest of an image that nobody has said anything about.
    static let anyDigest = Digest.sha256(of: [])
    /// A namespace that nobody has said anything about.
    static let anyNamespace = "any-namespace"
}

/// Policies that made-up images are judged by: the very ones that are in force, with evidence that is made up too.
struct ProbedPolicies: Sendable {
    private let evaluator: Evaluator
    /// Whom each attestor believes, in the order of the set.
    let believed: [Believed]
    /// All that any of them believes.
    let everybody: Set<Signer>
    /// What is attested of a probe that does not say what.
    let statements: [VerifiedStatement]

    struct Believed: Sendable {
        let signers: Set<Signer>
        let provesTime: Bool
        /// With whose key tests state that the attestor signed.
        let own: Signer?
    }

    /// The signers that each attestor believes, in the order of the set.
    var signers: [Set<Signer>] { believed.map(\.signers) }

    /// - Parameters:
    ///   - statements: nil is all that checks ask to be attested.
    ///   - standIns: the fingerprint of whose signer stands for whom an attestor believes without listing them; its own one
    ///     for those that are not among them.
    init(_ policies: PolicySet, attested statements: [VerifiedStatement]? = nil, standIns: [Digest: Digest] = [:]) {
        self.statements = statements ?? policies.asked(filling: ["x"])
        evaluator = Evaluator(policies: policies)
        let signers = policies.attestors.map { attestor in
            let own = standIns[attestor.fingerprint] ?? attestor.fingerprint
            return attestor.signers.isEmpty ? [.key(fingerprint: own.bytes)] : attestor.signers
        }
        let own = StatedVerifications.ownSigners(of: signers)
        believed = policies.attestors.indices.map { index in
            Believed(
                signers: Set(signers[index]), provesTime: policies.attestors[index].provesTime, own: own[index])
        }
        everybody = believed.reduce(into: []) { $0.formUnion($1.signers) }
    }

    /// The same attestors with one policy only.
    init(only policy: ImagePolicy, of set: PolicySet, like other: ProbedPolicies) {
        evaluator = Evaluator(
            policies: PolicySet(policies: [policy], attestors: set.attestors, revision: set.revision))
        believed = other.believed
        everybody = other.everybody
        statements = other.statements
    }

    func decide(_ probe: Probe, at now: Instant) -> ImageDecision? { judge(probe, at: now)?.decision }

    /// The decision, and whether the image's registry was asked for anything on the way to it.
    func judge(_ probe: Probe, at now: Instant) -> (decision: ImageDecision, asksRegistry: Bool)? {
        let evidence = MadeUpEvidence(
            of: probe, believed: believed, attested: probe.statements ?? statements, now: probe.time ?? now)
        guard case .decided(let decision) = evaluate(probe, with: evidence, at: now) else { return nil }
        return (decision, evidence.wasAsked)
    }

    /// Whether the image's registry is asked for anything.
    func asksRegistry(of probe: Probe, at now: Instant) -> Bool {
        if case .missing = evaluate(probe, with: NothingKnown(), at: now) { true } else { false }
    }

    private func evaluate(_ probe: Probe, with evidence: some Evidence, at now: Instant) -> Evaluator.Evaluation {
        evaluator.evaluate(
            probe.reference, in: probe.container, of: probe.facts, with: evidence, at: probe.time ?? now)
    }
}

extension PolicySet {
    /// All that checks ask to be attested, with each of these words in place of wildcards.
    func asked(filling words: [String]) -> [VerifiedStatement] {
        each(policies.flatMap { $0.asked(filling: words) })
    }
}

extension ImagePolicy {
    func asked(filling words: [String]) -> [VerifiedStatement] {
        each(checks.compactMap { $0.check as? AttestationCheck }.flatMap { check in words.map(check.example) })
    }
}

extension Probe {
    fileprivate var facts: RequestFacts {
        guard let namespace else { return RequestFacts(source: source, namespace: .absent, namespaceLabels: .absent) }
        let known = Fact.known(NamespaceLabels(of: namespace, stated: labels))
        return RequestFacts(
            source: source, namespace: .known(namespace), namespaceLabels: areLabelsUnknown ? .unknown : known)
    }
}
