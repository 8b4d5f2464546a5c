import Cryptography
import OCI
import Sigstore
import Trust

/// An image with its signatures as a registry holds them. Each test changes one fact of it.
struct SignedImage {
    struct Layer {
        var payload: [UInt8]
        var annotation: String?
        var mediaType = "application/vnd.dev.cosign.simplesigning.v1+json"
        /// More members of the layer, and more of its annotations, as JSON.
        var members = ""
        var annotations: [String: String] = [:]
        /// What the manifest says; nil for the truth.
        var statedSize: Int?
        var statedDigest: Digest?
    }

    var subject: Subject
    var layers: [Layer] = []
    /// Where the signatures are.
    var signatureRepository: Repository
    /// Answers that differ from what the layers say.
    var overrides: [Locator: Fetched] = [:]

    init(repository: String = "registry.example.com/team/app", content: String = "an image manifest") throws {
        let repository = try Repository(parsing: repository)
        subject = Subject(repository: repository, digest: .sha256(of: Array(content.utf8)))
        signatureRepository = repository
    }

    var tag: Locator {
        .manifest(signatureRepository, .tag("sha256-\(subject.digest.hexadecimal).sig"), limit: 512 * 1024)
    }

    /// What else is looked at: the registry's list of what refers to the image, and the index that may stand for it.
    var list: Locator { .referrers(signatureRepository, subject.digest) }
    var fallback: Locator { .manifest(signatureRepository, .tag("sha256-\(subject.digest.hexadecimal)")) }

    func payloadLocator(_ index: Int) -> Locator {
        let layer = layers[index]
        return .blob(
            signatureRepository, layer.statedDigest ?? .sha256(of: layer.payload),
            limit: layer.statedSize ?? layer.payload.count)
    }

    /// The payload that cosign writes.
    func payload(
        reference: String? = nil, digest: String? = nil, type: String = "cosign container image signature",
        inCritical: String = "", optional: String = #","optional":null"#
    ) -> [UInt8] {
        Array(
            """
            {"critical":{"identity":{"docker-reference":"\(reference ?? subject.repository.description)"},\
            "image":{"docker-manifest-digest":"\(digest ?? subject.digest.description)"},"type":"\(type)"\(inCritical)}\
            \(optional)}
            """.utf8)
    }

    mutating func sign(with key: PrivateKey, scheme: SignatureScheme? = nil, payload: [UInt8]? = nil) throws {
        let payload = payload ?? self.payload()
        let signature = try key.sign(payload, scheme: scheme ?? key.algorithm.usualScheme)
        layers.append(Layer(payload: payload, annotation: Base64.encode(signature)))
    }

    var manifest: [UInt8] {
        let layers = layers.map { layer in
            var annotations = layer.annotations
            annotations["dev.cosignproject.cosign/signature"] = layer.annotation
            let texts = annotations.sorted { $0.key < $1.key }.map { #""\#($0)":"\#($1)""# }
            return """
                {"mediaType":"\(layer.mediaType)","size":\(layer.statedSize ?? layer.payload.count),\
                "digest":"\(layer.statedDigest ?? .sha256(of: layer.payload))"\(layer.members),\
                "annotations":{\(texts.joined(separator: ","))}}
                """
        }
        return Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,\
            "digest":"\(Digest.sha256(of: Array("{}".utf8)))"},"layers":[\(layers.joined(separator: ","))]}
            """.utf8)
    }

    /// What the registry answers.
    var answers: [Locator: Fetched] {
        var answers: [Locator: Fetched] = [:]
        if !layers.isEmpty {
            answers[tag] = .found(
                .init(
                    bytes: manifest, digest: .sha256(of: manifest),
                    mediaType: "application/vnd.oci.image.manifest.v1+json"))
        }
        for (index, layer) in layers.enumerated() {
            let digest = layer.statedDigest ?? .sha256(of: layer.payload)
            answers[payloadLocator(index)] = .found(.init(bytes: layer.payload, digest: digest, mediaType: nil))
        }
        return answers.merging(overrides) { _, override in override }
    }

    func outcome(by attestor: any Attestor) -> VerificationOutcome {
        Conversation(attestor.verification(of: subject), answers: answers).outcome
    }
}

/// Drives a verification to its outcome and remembers what it asked for.
struct Conversation {
    private(set) var asked: [[Locator]] = []
    private(set) var outcome: VerificationOutcome
    private(set) var basis: [Locator] = []

    init(_ start: any Verification, answers: [Locator: Fetched]) {
        var verification = start
        var received: [Locator: Fetched] = [:]
        outcome = .undetermined(Refusal(.internalError, found: "no outcome within the steps", expected: "one"))
        for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .outcome(let outcome, let basis):
                (self.outcome, self.basis) = (outcome, basis)
                return
            case .fetch(let locators):
                asked.append(locators)
                received = Dictionary(uniqueKeysWithValues: locators.map { ($0, answers[$0] ?? .absent) })
            }
        }
    }
}

extension KeyAlgorithm {
    var usualScheme: SignatureScheme {
        switch self {
        case .ecdsaP256: .ecdsa(.sha256)
        case .ecdsaP384: .ecdsa(.sha384)
        case .ecdsaP521: .ecdsa(.sha512)
        case .rsa: .rsaPKCS1(.sha256)
        case .ed25519: .ed25519
        }
    }
}

extension VerificationOutcome {
    var signers: [Signer]? {
        guard case .passed(let signatures, _) = self else { return nil }
        return signatures.signers
    }

    var violation: Refusal? {
        guard case .violated(let refusal) = self else { return nil }
        return refusal
    }

    var undetermined: Refusal? {
        guard case .undetermined(let refusal) = self else { return nil }
        return refusal
    }
}
