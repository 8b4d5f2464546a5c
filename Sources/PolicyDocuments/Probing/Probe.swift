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
    /// What the tag stands for, if the reference names no digest.
    var digest = Probe.anyDigest
    /// Who signed it.
    var signers: Set<Signer> = []
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
    /// The signers that each attestor believes, in the order of the set.
    let signers: [Set<Signer>]
    /// All that any of them believes.
    let everybody: Set<Signer>

    init(_ policies: PolicySet) {
        evaluator = Evaluator(policies: policies)
        signers = policies.attestors.map { attestor in
            // Whom an attestor believes without listing them is somebody of its own.
            attestor.signers.isEmpty
                ? [.key(fingerprint: attestor.fingerprint.bytes)] : Set(attestor.signers)
        }
        everybody = signers.reduce(into: []) { $0.formUnion($1) }
    }

    /// The same attestors with one policy only.
    init(only policy: ImagePolicy, of set: PolicySet, like other: ProbedPolicies) {
        evaluator = Evaluator(
            policies: PolicySet(policies: [policy], attestors: set.attestors, revision: set.revision))
        signers = other.signers
        everybody = other.everybody
    }

    func decide(_ probe: Probe, at now: Instant) -> ImageDecision? {
        guard case .decided(let decision) = evaluate(probe, with: MadeUpEvidence(probe, signers), at: now)
        else { return nil }
        return decision
    }

    /// Whether the image's registry is asked for anything.
    func asksRegistry(of probe: Probe, at now: Instant) -> Bool {
        if case .missing = evaluate(probe, with: NothingKnown(), at: now) { true } else { false }
    }

    private func evaluate(_ probe: Probe, with evidence: some Evidence, at now: Instant) -> Evaluator.Evaluation {
        evaluator.evaluate(
            probe.reference, in: probe.container,
            of: RequestFacts(
                source: probe.source, namespace: probe.namespace.map(Fact.known) ?? .absent,
                namespaceLabels: probe.namespace.map { .known(NamespaceLabels(of: $0, stated: probe.labels)) }),
            with: evidence, at: probe.time ?? now)
    }
}

private struct MadeUpEvidence: Evidence {
    private let digest: Digest
    private let signed: Set<Signer>
    private let believed: [Set<Signer>]

    init(_ probe: Probe, _ believed: [Set<Signer>]) {
        digest = probe.digest
        signed = probe.signers
        self.believed = believed
    }

    func resolution(of reference: ImageReference) -> Resolution? { .resolved(digest) }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        let signers = believed.indices.contains(attestor.index) ? believed[attestor.index].intersection(signed) : []
        guard signers.isEmpty else { return .passed(signers: Array(signers)) }
        return .violated(Refusal(.signatureMissing, found: "no signature", expected: "a signature"))
    }
}

private struct NothingKnown: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
}
