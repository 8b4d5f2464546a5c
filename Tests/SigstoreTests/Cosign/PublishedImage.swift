import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// An image with everything that a simulated Sigstore signed about it, as a registry holds it. Each test changes one fact.
struct PublishedImage {
    var sigstore: SigstoreSimulator
    let manifest = Array("an image manifest".utf8)
    let subject: Subject
    /// Where the signatures are.
    var repository: Repository
    /// What the registry lists as referring to the image; nil if it has no such lists.
    var listed: [SignatureArtifact]?
    /// What the index under the fallback tag lists; nil if there is none.
    var fallback: [SignatureArtifact]?
    var signatureTag: SignatureArtifact?
    var attestationTag: SignatureArtifact?
    /// Answers that differ from all of that.
    var overrides: [Locator: Fetched] = [:]

    init() throws {
        sigstore = try SigstoreSimulator()
        repository = try Repository(parsing: "registry.example.com/team/app")
        subject = Subject(repository: repository, digest: .sha256(of: manifest))
    }

    var descriptor: ImageDescriptor { ImageDescriptor(bytes: manifest) }

    /// A bundle that refers to the image. The annotation says what it holds, as cosign writes it.
    mutating func bundle(
        _ order: SigningOrder = .bundle(), about content: [UInt8]? = nil, annotated predicateType: String? = nil
    ) throws -> SignatureArtifact {
        let bundle = try #require(try sigstore.sign(content ?? manifest, order).bundle)
        var artifact = SignatureArtifact.bundle(bundle, about: descriptor)
        if let predicateType {
            artifact.manifest["annotations"]?["dev.sigstore.bundle.predicateType"] = .string(predicateType)
        }
        return artifact
    }

    mutating func layer(_ order: SigningOrder = .signatureLayer()) throws -> SimulatedLayer {
        try #require(try sigstore.sign(manifest, order).layer)
    }

    func tagName(_ suffix: String) -> String { "sha256-\(subject.digest.hexadecimal)\(suffix)" }
    var list: Locator { .referrers(repository, subject.digest) }
    var fallbackTag: Locator { .manifest(repository, .tag(tagName(""))) }
    func tag(_ suffix: String) -> Locator { .manifest(repository, .tag(tagName(suffix)), limit: 512 * 1_024) }

    func locator(of artifact: SignatureArtifact) -> Locator {
        .manifest(repository, .digest(artifact.digest), limit: min(artifact.bytes.count, 512 * 1_024))
    }

    func locator(of blob: [UInt8]) -> Locator { .blob(repository, .sha256(of: blob), limit: blob.count) }

    /// What the registry answers.
    var answers: [Locator: Fetched] {
        var answers: [Locator: Fetched] = [:]
        func put(_ artifact: SignatureArtifact, at locator: Locator) {
            answers[locator] = found(artifact.manifest, MediaType.ociManifest)
            for blob in artifact.blobs {
                answers[self.locator(of: blob)] = .found(
                    .init(bytes: blob, digest: .sha256(of: blob), mediaType: nil))
            }
        }
        if let listed { answers[list] = found(SignatureArtifact.index(of: listed), MediaType.ociIndex) }
        if let fallback { answers[fallbackTag] = found(SignatureArtifact.index(of: fallback), MediaType.ociIndex) }
        for artifact in (listed ?? []) + (fallback ?? []) { put(artifact, at: locator(of: artifact)) }
        if let signatureTag { put(signatureTag, at: tag(".sig")) }
        if let attestationTag { put(attestationTag, at: tag(".att")) }
        return answers.merging(overrides) { _, override in override }
    }

    func found(_ document: JSONTree, _ mediaType: String) -> Fetched {
        let bytes = document.bytes
        return .found(.init(bytes: bytes, digest: .sha256(of: bytes), mediaType: mediaType))
    }

    func conversation(with attestor: any Attestor, for claim: Claim = .signature) throws -> Conversation {
        Conversation(try #require(attestor.verification(of: subject, for: claim)), answers: answers)
    }

    func outcome(by attestor: any Attestor, for claim: Claim = .signature) throws -> VerificationOutcome {
        try conversation(with: attestor, for: claim).outcome
    }

    /// What passes rests on a basis that is enough to pass by again; throws if nothing passes.
    func passes(by attestor: any Attestor, for claim: Claim = .signature) throws -> [VerifiedSignature] {
        let first = try conversation(with: attestor, for: claim)
        guard case .passed(let signatures, let unseen) = first.outcome else { throw NotPassed(outcome: first.outcome) }
        let kept = answers.filter { first.basis.contains($0.key) }
        let again = Conversation(try #require(attestor.verification(of: subject, for: claim)), answers: kept)
        #expect(again.outcome == .passed(signatures) && Set(again.basis) == Set(first.basis))
        #expect(unseen == nil)
        return signatures
    }

    struct NotPassed: Error {
        let outcome: VerificationOutcome
    }
}

extension PublishedImage {
    /// The fields of an attestor that believes the workflow that signs where nothing else is said.
    func keyless() throws -> KeylessFields {
        KeylessFields(trustedRoot: try sigstore.trustedRoot.json)
    }

    func attestor() throws -> any Attestor { try keyless().load() }
}

extension SignatureSource {
    static func referrer(_ artifact: SignatureArtifact) -> SignatureSource { .referrer(artifact.digest) }
}
