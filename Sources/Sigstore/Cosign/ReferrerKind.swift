import OCI
import Trust

/// What kind of thing refers to an image, by the type that its list and its manifest give it.
enum ReferrerKind: Hashable, Sendable {
    /// A Sigstore bundle in the one layer of a manifest (cosign, BUNDLE_SPEC).
    case bundle
    /// Cosign's own layout in a manifest that refers to the image, which cosign 2 could be told to write.
    case layout

    /// Whoever may push can add to a list, and each entry costs two fetches.
    static let maximumCount = 100
    /// Of all kinds of things: reports of scanners among them. A list of 4 MiB has no room for many more.
    static let maximumListed = 4_096
    /// Of all manifests that are followed. That of a bundle has some 1 KiB; of the other layout one may be as large as
    /// under its tag.
    static let maximumManifestBytes = 1 << 20

    private static let bundleType = "application/vnd.dev.sigstore.bundle"
    private static let predicateType = "dev.sigstore.bundle.predicateType"

    /// Nil for what is neither: a list has all that refers to an image. An annotation that says which statement a bundle
    /// holds saves fetching those that cannot be of use; what it says is believed no further.
    init?(listed entry: Descriptor, for claim: Claim) {
        guard let type = entry.artifactType,
            let kind = [ReferrerKind.bundle, .layout].first(where: { $0.isType(type, for: claim) })
        else { return nil }
        if kind == .bundle, let predicate = entry.annotations[ReferrerKind.predicateType] {
            let isSignature = predicate.isSpelled(InTotoStatement.signaturePredicateType)
            guard isSignature == (claim == .signature) else { return nil }
        }
        self = kind
    }

    /// Whether the manifest itself is of this kind, whatever a list says of it. Its type is that of its configuration if it
    /// names no other (image-spec, manifest.md).
    func isType(of image: ImageManifest, for claim: Claim) -> Bool {
        isType(image.artifactType ?? image.config.mediaType, for: claim)
    }

    private func isType(_ type: String, for claim: Claim) -> Bool {
        switch self {
        case .bundle: type.utf8.starts(with: ReferrerKind.bundleType.utf8)
        case .layout: type.isSpelled(ReferrerKind.layoutType(for: claim))
        }
    }

    private static func layoutType(for claim: Claim) -> String {
        switch claim {
        case .signature: "application/vnd.dev.cosign.artifact.sig.v1+json"
        case .attestation: "application/vnd.dev.cosign.artifact.att.v1+json"
        }
    }

    /// The layer that is the bundle: there is exactly one.
    static func bundleLayer(of image: ImageManifest) throws(CosignFinding) -> Descriptor {
        guard let layer = image.layers.first, image.layers.count == 1,
            layer.mediaType.utf8.starts(with: bundleType.utf8)
        else {
            throw CosignFinding(
                .signatureMalformed, "a manifest of a Sigstore bundle without exactly one bundle in it", cure: signAgain
            )
        }
        return layer
    }
}
