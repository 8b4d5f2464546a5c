public import OCI
public import PolicyEngine
public import Trust

extension Resolution {
    /// What a tag stands for, by what the registry answered. What a runtime could take for something else than the gate
    /// does is not an image to judge.
    public init(_ answer: Fetched, of tag: String, in repository: Repository) {
        switch answer {
        case .found(let content):
            do throws(ManifestError) {
                let manifest = try Manifest(parsing: content.bytes, contentType: content.mediaType)
                if let liar = manifest.descriptors.first(where: \.embedsOtherContent) {
                    self = .violated(Refusal(embeddingOtherContentThan: liar.digest))
                } else {
                    self = .resolved(content.digest)
                }
            } catch {
                self = .violated(Refusal(error))
            }
        case .absent:
            self = .violated(
                Refusal(
                    .imageNotFound, found: "no tag `\(tag)` in `\(repository)`", expected: "a tag that exists",
                    cure: "push the image, or correct its name"))
        case .violated(let refusal): self = .violated(refusal)
        case .undetermined(let refusal): self = .undetermined(refusal)
        }
    }
}

extension Refusal {
    private static let anyManifest = "an image manifest or index"
    private static let buildAgain = "build the image again with a current tool, and push it"

    /// What a tag stands for is not a manifest that every runtime reads alike.
    fileprivate init(_ error: ManifestError) {
        let reason: ReasonCode =
            switch error {
            case .unsupported: .manifestUnsupported
            case .limitExceeded: .limitExceeded
            case .unsupportedDigestAlgorithm: .digestUnsupported
            case .notJSON, .confusing, .malformed: .manifestInvalid
            }
        self.init(
            reason, found: "a manifest that is not accepted: \(error)", expected: Refusal.anyManifest,
            cure: Refusal.buildAgain)
    }

    /// The manifest shows a reader of its `data` something else than a reader of the registry.
    fileprivate init(embeddingOtherContentThan digest: Digest) {
        self.init(
            .manifestInvalid, found: "a manifest whose `data` for `\(digest)` has another digest",
            expected: Refusal.anyManifest, cure: Refusal.buildAgain)
    }
}
