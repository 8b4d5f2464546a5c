import Cryptography
import OCI
import PolicyEngine
import Timestamp
public import Trust

/// Policies, images and evidence of the tests, each a literal away.
enum PolicyFixture {
    static let now = Instant(secondsSince1970: 1_780_000_000)
    static let here = SourcePosition(file: "policy.yaml", line: 1, column: 1)
    static let revision = digest("revision")
    static let release = AttestorReference(index: 0, name: "release-key")
    static let team = AttestorReference(index: 1, name: "team-key")
    static let attestorNames = ["release-key", "team-key", "ci-key"]
    static let context = CheckContext(attestorNames: attestorNames)

    static func digest(_ content: String) -> Digest { Digest.sha256(of: Array(content.utf8)) }

    static func image(_ text: String) throws -> ImageReference { try ImageReference(parsing: text) }

    static func policy(_ name: String, _ specification: FieldValue) throws -> ImagePolicy {
        try ImagePolicy(name: name, specification: specification, in: context)
    }

    /// Decides with what `evidence` holds; a test that lacks some fails in `#require`.
    static func decide(
        _ image: String, by policies: [ImagePolicy], exemptions: [Exemption] = [],
        exceptions: [PolicyException] = [], notVouched: Enforcement = .deny,
        in container: ContainerKind = .main, namespace: Fact<String> = .known("shop"),
        labels: Fact<NamespaceLabels>? = nil, source: RequestSource = .kubernetes,
        with evidence: StatedEvidence = StatedEvidence(), at now: Instant = now
    ) throws -> ImageDecision {
        let evaluation = try evaluate(
            image, by: policies, exemptions: exemptions, exceptions: exceptions, notVouched: notVouched, in: container,
            namespace: namespace, labels: labels, source: source, with: evidence, at: now)
        guard case .decided(let decision) = evaluation else { throw MissingEvidence(evaluation: evaluation) }
        return decision
    }

    static func evaluate(
        _ image: String, by policies: [ImagePolicy], exemptions: [Exemption] = [],
        exceptions: [PolicyException] = [], notVouched: Enforcement = .deny,
        in container: ContainerKind = .main, namespace: Fact<String> = .known("shop"),
        labels: Fact<NamespaceLabels>? = nil, source: RequestSource = .kubernetes,
        with evidence: StatedEvidence = StatedEvidence(), at now: Instant = now
    ) throws -> Evaluator.Evaluation {
        let set = PolicySet(
            policies: policies, exemptions: exemptions, exceptions: exceptions, attestors: [], revision: revision)
        return Evaluator(policies: set, notVouched: notVouched).evaluate(
            try self.image(image), in: container,
            of: RequestFacts(source: source, namespace: namespace, namespaceLabels: labels), with: evidence, at: now)
    }
}

struct MissingEvidence: Error {
    let evaluation: Evaluator.Evaluation
}

/// Evidence as a test states it.
struct StatedEvidence: Evidence {
    var resolutions: [ImageReference: Resolution] = [:]
    var outcomes: [AttestorReference: VerificationOutcome] = [:]

    func resolution(of reference: ImageReference) -> Resolution? { resolutions[reference] }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        outcomes[attestor]
    }
}

extension Signer {
    static func key(_ name: String) -> Signer { .key(fingerprint: PolicyFixture.digest(name).bytes) }
}

extension VerificationOutcome {
    static let missing = VerificationOutcome.violated(
        Refusal(.signatureMissing, found: "no signature", expected: "one"))
    static let unreachable = VerificationOutcome.undetermined(
        Refusal(.registryUnavailable, found: "no answer", expected: "one"))
}

// MARK: - Field values as literals

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByIntegerLiteral
{
    public init(stringLiteral text: String) { self.init(.text(text), at: PolicyFixture.here) }
    public init(arrayLiteral elements: FieldValue...) { self.init(.list(elements), at: PolicyFixture.here) }
    public init(integerLiteral value: Int) { self.init(.integer(value), at: PolicyFixture.here) }
    public init(dictionaryLiteral members: (String, FieldValue)...) {
        self.init(.object(members.map { (name: $0.0, value: $0.1) }), at: PolicyFixture.here)
    }

    /// Texts under texts: the labels of a namespace.
    static func dictionary(_ entries: KeyValuePairs<String, String>) -> FieldValue {
        FieldValue(
            .dictionary(
                entries.map { (key: FieldValue(stringLiteral: $0.key), value: FieldValue(stringLiteral: $0.value)) }),
            at: PolicyFixture.here)
    }

    static func date(_ instant: Instant) -> FieldValue { FieldValue(.date(instant), at: PolicyFixture.here) }

    static func duration(_ duration: Duration) -> FieldValue {
        FieldValue(.duration(duration), at: PolicyFixture.here)
    }
}
