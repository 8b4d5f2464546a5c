import OCI
import Sigstore
import Trust

/// Looks for everything that hangs on an image: what refers to it, by the registry's list and the index under the fallback
/// tag, what refers to that in turn, and what lies under cosign's tags. Nothing is verified.
struct ArtifactSearch {
    private let questions: RegistryQuestions
    private let repository: Repository
    /// How many more manifests are followed.
    private var remaining = ArtifactSearch.maximumManifests
    /// What could not be looked at.
    private(set) var unseen: [Refusal] = []
    /// Where the registry gave what cannot be.
    private(set) var violations: [Refusal] = []
    /// How many manifests were not followed.
    private(set) var leftOut = 0

    /// Whoever may push can hang on an image what he likes; this many are more than anybody reads.
    static let maximumManifests = 256
    /// Of one list, as signatures are looked for in it.
    private static let maximumListed = 4_096
    /// A signature of an attestation of an image, and one more.
    private static let maximumDepth = 3
    /// Of one artifact, as signatures are looked for.
    private static let maximumManifestBytes = 512 * 1_024
    /// A bundle that holds the packages of an image may have more: of that only its size is told.
    private static let maximumBundleBytes = 1 << 20

    init(in repository: Repository, asking questions: RegistryQuestions) {
        (self.repository, self.questions) = (repository, questions)
    }

    /// An image or an index, with all that hangs on it and on its platforms.
    mutating func image(
        _ content: Fetched.Content, of repository: Repository
    ) async throws(ManifestError) -> Artifact {
        let manifest = try Manifest(parsing: content.bytes, contentType: content.mediaType)
        var image = Artifact(
            place: .image(repository), digest: content.digest, size: content.bytes.count, type: manifest.mediaType)
        image.artifacts = await artifacts(on: content.digest)
        guard case .index(let index) = manifest else { return image }
        for entry in followed(index.manifests) {
            var platform = Artifact(
                place: .platform(entry.platform?.description ?? "entry"), digest: entry.digest, size: entry.size,
                type: entry.artifactType ?? entry.mediaType)
            platform.artifacts = await artifacts(on: entry.digest)
            image.artifacts.append(platform)
        }
        return image
    }

    /// As many as may be followed yet.
    private mutating func followed(_ entries: [Descriptor]) -> [Descriptor] {
        let count = min(entries.count, remaining)
        remaining -= count
        leftOut += entries.count - count
        return Array(entries.prefix(count))
    }

    /// What lies under cosign's tags for a manifest, and what refers to it.
    private mutating func artifacts(on digest: Digest) async -> [Artifact] {
        // Longer than a tag may be, there is none.
        let tags = digest.algorithm == .sha256 ? [".sig", ".att", ".sbom"].map { digest.tagPrefix + $0 } : []
        let tagged = tags.map { ($0, locator(.tag($0))) }
        let answers = await questions.fetch(tagged.map(\.1))
        var artifacts: [Artifact] = []
        for (tag, locator) in tagged {
            guard let content = found(answers[locator]) else { continue }
            artifacts.append(await artifact(content, at: .tag(tag), about: nil))
        }
        return artifacts + (await referrers(of: digest, depth: 1))
    }

    private mutating func referrers(of digest: Digest, depth: Int) async -> [Artifact] {
        // Clients of a registry that has such lists now wrote the index when it had none.
        let fallback = Locator.manifest(repository, .tag(digest.referrersTag))
        var entries: [Descriptor] = []
        for list in [.referrers(repository, digest), fallback] {
            for entry in self.entries(of: found(await questions.fetch(list)))
            where !entries.contains(where: { $0.digest == entry.digest }) { entries.append(entry) }
        }
        let listed = followed(entries).map { ($0, locator(.digest($0.digest))) }
        let manifests = await questions.fetch(listed.map(\.1))
        var artifacts: [Artifact] = []
        for (entry, locator) in listed {
            guard let content = found(manifests[locator]) else {
                artifacts.append(.unfetched(entry, isAbsent: manifests[locator] == .absent))
                continue
            }
            var artifact = await artifact(content, at: .referrer, about: digest)
            if depth < ArtifactSearch.maximumDepth {
                artifact.artifacts = await referrers(of: entry.digest, depth: depth + 1)
            }
            artifacts.append(artifact)
        }
        return artifacts
    }

    private func locator(_ name: Locator.ManifestName) -> Locator {
        .manifest(repository, name, limit: ArtifactSearch.maximumManifestBytes)
    }

    /// Nil if there is nothing there, or if that could not be looked at.
    private mutating func found(_ answer: Fetched?) -> Fetched.Content? {
        switch answer {
        case .found(let content): return content
        case .absent, nil: return nil
        case .violated(let refusal):
            if !violations.contains(refusal) { violations.append(refusal) }
            return nil
        case .undetermined(let refusal):
            if !unseen.contains(refusal) { unseen.append(refusal) }
            return nil
        }
    }

    /// What a list names; nothing if it is none.
    private mutating func entries(of list: Fetched.Content?) -> [Descriptor] {
        guard let list else { return [] }
        do throws(ManifestError) {
            let limits = ManifestLimits(maximumManifests: ArtifactSearch.maximumListed)
            let manifest = try Manifest(parsing: list.bytes, contentType: list.mediaType, limits: limits)
            guard case .index(let index) = manifest else { return [] }
            return index.manifests
        } catch {
            violations.append(
                Refusal(
                    .manifestInvalid, found: "a list of what refers to a manifest that cannot be read: \(error)",
                    expected: "an index"))
            return []
        }
    }
}

// MARK: - One artifact

extension ArtifactSearch {
    /// - Parameter subject: what it is listed to be about; nil if a tag alone says so.
    private mutating func artifact(
        _ content: Fetched.Content, at place: Artifact.Place, about subject: Digest?
    ) async -> Artifact {
        let manifest: Manifest
        var artifact = Artifact(
            place: place, digest: content.digest, size: content.bytes.count, type: content.mediaType ?? "")
        do throws(ManifestError) {
            manifest = try Manifest(parsing: content.bytes, contentType: content.mediaType)
        } catch {
            artifact.problem = "\(error)"
            return artifact
        }
        guard case .image(let image) = manifest else {
            artifact.problem = "it is an index, expected a manifest"
            return artifact
        }
        artifact = Artifact(
            place: place, digest: content.digest, size: content.bytes.count,
            type: image.artifactType ?? image.config.mediaType)
        if let subject, image.subject?.digest != subject {
            artifact.problem = "it is listed, and does not say itself that it is about this"
        }
        // A bundle is alone; of several layers none is looked into.
        if image.layers.count == 1, let layer = image.layers.first {
            artifact.holdings = [await holding(layer)]
        } else {
            artifact.holdings = image.layers.map(Holding.init)
        }
        return artifact
    }

    private mutating func holding(_ layer: Descriptor) async -> Holding {
        let isBundle = layer.mediaType.utf8.starts(with: "application/vnd.dev.sigstore.bundle".utf8)
        guard isBundle, layer.size <= ArtifactSearch.maximumBundleBytes else { return Holding(layer) }
        guard let content = found(await questions.fetch(.blob(repository, layer.digest, limit: layer.size))) else {
            return Holding(layer)
        }
        return Holding(bundle: content.bytes)
    }
}

extension Artifact {
    /// Of which there is no more than its entry in a list.
    fileprivate static func unfetched(_ entry: Descriptor, isAbsent: Bool) -> Artifact {
        var artifact = Artifact(
            place: .referrer, digest: entry.digest, size: entry.size, type: entry.artifactType ?? entry.mediaType)
        artifact.problem = isAbsent ? "it is listed and does not exist" : "it could not be fetched"
        return artifact
    }
}

extension Holding {
    private static let payload = "application/vnd.dev.cosign.simplesigning.v1+json"
    private static let envelope = "application/vnd.dsse.envelope.v1+json"

    /// What a layer is, by its type and its annotations: cosign's have the signer and the log's answer in them.
    fileprivate init(_ layer: Descriptor) {
        let isSignature = layer.mediaType.utf8.elementsEqual(Holding.payload.utf8)
        guard isSignature || layer.mediaType.utf8.elementsEqual(Holding.envelope.utf8) else {
            self = .content(mediaType: layer.mediaType, size: layer.size)
            return
        }
        do throws(FormatError) {
            let annotations = try CosignLayerAnnotations(layer.annotations)
            let signer = annotations.certificate.map { ClaimedSigner(certificate: $0) } ?? .hint("")
            let entries = annotations.entry.map { [$0] } ?? []
            self =
                isSignature
                ? .signature(signer, entries)
                : .attestation(predicateType: layer.annotations["predicateType"], signer, entries)
        } catch {
            self = .unreadable("\(error)")
        }
    }

    fileprivate init(bundle bytes: [UInt8]) {
        do throws(FormatError) {
            let bundle = try SigstoreBundle(parsing: bytes)
            let signer = ClaimedSigner(bundle.signer)
            guard case .envelope(let envelope) = bundle.content else {
                self = .signature(signer, bundle.entries)
                return
            }
            let statement = try InTotoStatement.claimed(by: envelope)
            self =
                statement.has(predicateType: InTotoStatement.signaturePredicateType)
                ? .signature(signer, bundle.entries)
                : .attestation(predicateType: statement.predicateType, signer, bundle.entries)
        } catch {
            self = .unreadable("\(error)")
        }
    }
}
