import OCI
import PolicyEngine
import Timestamp
import Trust

/// What a document states of an image: what its tag stands for, what comes of asking for each attestor's signatures and
/// attestations, and what is known from before.
struct StatedEvidence: Evidence {
    /// Nil if it is not stated.
    let resolution: Resolution?
    let signatures: StatedVerifications
    let attestations: StatedVerifications
    let memory: StatedMemory

    func resolution(of reference: ImageReference) -> Resolution? { resolution }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        switch attestor.claim {
        case .signature: signatures[attestor]
        case .attestation: attestations[attestor]
        }
    }

    /// A case is about one image, so what is stated is stated of that.
    func lastKnownGood(_ image: CheckedImage) -> Instant? { memory.passed(image.check) }
}

extension StatedEvidence {
    /// The type of `evidence`.
    static let type = ObjectType([
        Field(
            "registry", .word(StatedRegistry.allCases.map(\.rawValue)),
            "`missing`: it has no such image; `unreachable`: it gives no answer; `answers` if absent"),
        Field(
            "signatures", StatedVerifications.signatures,
            "who has signed the image, each with a key of its own; of others there is no signature"),
        Field(
            "attestations", StatedVerifications.attestations,
            "what has been attested of the image, by whom; nothing else has"),
        Field(
            StatedMemory.word, StatedMemory.type,
            "what checks with `onUndetermined: {lastKnownGood: …}` last came to for the image's digest"),
    ])

    /// Reads the value of `evidence`, which may be absent.
    ///
    /// - Parameters:
    ///   - digest: what the tag stands for, as far as a registry answers.
    ///   - time: that of the decision; nil if it is missing, which is a problem already.
    ///   - loaded: the policies, whose attestors and checks are looked up; nil if they do not load.
    init(
        _ value: FieldValue?, digest: Digest?, at time: Instant?, in loaded: LoadedPolicies?,
        _ problems: inout [FieldProblem]
    ) {
        let time = time ?? .earliest
        memory = StatedMemory(value?[StatedMemory.word], at: time, in: loaded, &problems)
        let registry = value?["registry"]?.text.flatMap(StatedRegistry.init) ?? .answers
        resolution = registry.resolution ?? digest.map(Resolution.resolved)
        signatures = StatedVerifications(
            value?["signatures"], of: .signature, from: registry, at: time, in: loaded, &problems)
        attestations = StatedVerifications(
            value?["attestations"], of: .attestation, from: registry, at: time, in: loaded, &problems)
    }
}

/// What the registry says of the image.
enum StatedRegistry: String, CaseIterable {
    case answers, missing, unreachable

    /// What a tag stands for then, if that is stated by this alone.
    var resolution: Resolution? {
        switch self {
        case .answers: nil
        case .missing:
            .violated(Refusal(.imageNotFound, found: "no such image, as stated", expected: "an image of that name"))
        case .unreachable: .undetermined(StatedRegistry.noAnswer)
        }
    }

    /// What comes of asking for signatures, or attestations, of which nothing is stated.
    func verification(of claim: Claim) -> VerificationOutcome {
        switch (self, claim) {
        case (.answers, .signature), (.missing, .signature):
            .violated(Refusal(.signatureMissing, found: "no signature, as stated", expected: claim.expected))
        case (.answers, .attestation), (.missing, .attestation):
            .violated(Refusal(.attestationMissing, found: "no attestation, as stated", expected: claim.expected))
        case (.unreachable, _): .undetermined(StatedRegistry.noAnswer)
        }
    }

    private static let noAnswer = Refusal(
        .registryUnavailable, found: "no answer, as stated", expected: "an answer of the registry")
}

extension Claim {
    /// What a refusal says was expected where a test states that it is not there.
    var expected: String {
        switch self {
        case .signature: "a signature"
        case .attestation: "an attestation"
        }
    }
}
