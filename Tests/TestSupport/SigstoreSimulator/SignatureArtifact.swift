public import OCI
import Trust

/// A manifest that holds signatures, with its blobs, as a registry stores it.
public struct SignatureArtifact: Sendable {
    public var manifest: JSONTree
    /// The config and the layers.
    public var blobs: [[UInt8]]

    public var bytes: [UInt8] { manifest.bytes }
    public var digest: Digest { .sha256(of: bytes) }

    /// cosign's layers under a tag: `sha256-….sig` or `sha256-….att`.
    public static func tagged(_ layers: [SimulatedLayer]) -> SignatureArtifact {
        let config = config(of: layers)
        return SignatureArtifact(
            manifest: [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest),
                "config": descriptor(MediaType.ociConfig, config), "layers": .array(layers.map(\.descriptor)),
            ], blobs: [config] + layers.map(\.blob))
    }

    /// The same as a referrer of the image: the experimental layout of cosign 2. `kind` is `sig` or `att`.
    public static func referring(
        to subject: ImageDescriptor, _ kind: String, _ layers: [SimulatedLayer]
    ) -> SignatureArtifact {
        let type = "application/vnd.dev.cosign.artifact.\(kind).v1+json"
        let config = config(of: layers)
        return SignatureArtifact(
            manifest: [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "artifactType": .string(type),
                "config": descriptor(type, config), "layers": .array(layers.map(\.descriptor)), "subject": subject.json,
            ], blobs: [config] + layers.map(\.blob))
    }

    /// A bundle as a referrer of the image (cosign, `specs/BUNDLE_SPEC.md`).
    public static func bundle(_ bundle: JSONTree, about subject: ImageDescriptor) -> SignatureArtifact {
        let (bytes, empty) = (bundle.bytes, Array("{}".utf8))
        let type = BundleDraft.Version.v03.rawValue
        let isMessage = bundle["messageSignature"] != nil
        return SignatureArtifact(
            manifest: [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest), "artifactType": .string(type),
                "config": descriptor(MediaType.ociEmpty, empty), "layers": [descriptor(type, bytes)],
                "subject": subject.json,
                "annotations": [
                    "dev.sigstore.bundle.content": .string(isMessage ? "message-signature" : "dsse-envelope"),
                    "org.opencontainers.image.created": "2026-03-01T10:00:00Z",
                ],
            ], blobs: [empty, bytes])
    }

    /// What the referrers API lists it as, and the index under the fallback tag.
    public var descriptor: JSONTree {
        var descriptor = SignatureArtifact.descriptor(MediaType.ociManifest, bytes)
        descriptor["artifactType"] = manifest["artifactType"] ?? manifest["config"]?["mediaType"]
        descriptor["annotations"] = manifest["annotations"]
        return descriptor
    }

    /// An index of referrers (distribution specification, "Listing Referrers").
    public static func index(of artifacts: [SignatureArtifact]) -> JSONTree {
        [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex),
            "manifests": .array(artifacts.map(\.descriptor)),
        ]
    }

    fileprivate static func descriptor(_ mediaType: String, _ blob: [UInt8]) -> JSONTree {
        ImageDescriptor(mediaType: mediaType, bytes: blob).json
    }

    /// cosign writes an image's config, with the digests of the layers.
    private static func config(of layers: [SimulatedLayer]) -> [UInt8] {
        let digests = layers.map { JSONTree.string(Digest.sha256(of: $0.blob).description) }
        let config: JSONTree = [
            "architecture": "", "created": "0001-01-01T00:00:00Z", "os": "", "config": [:],
            "rootfs": ["type": "layers", "diff_ids": .array(digests)],
        ]
        return config.bytes
    }
}

/// What bytes are called by whoever refers to them.
public struct ImageDescriptor: Sendable {
    public var mediaType: String
    public var digest: Digest
    public var size: Int

    public init(mediaType: String = MediaType.ociManifest, bytes: [UInt8]) {
        (self.mediaType, digest, size) = (mediaType, .sha256(of: bytes), bytes.count)
    }

    public var json: JSONTree {
        ["mediaType": .string(mediaType), "digest": .string(digest.description), "size": .integer(size)]
    }
}

extension SimulatedLayer {
    fileprivate var descriptor: JSONTree {
        var descriptor = SignatureArtifact.descriptor(mediaType, blob)
        let members = annotations.sorted { $0.key < $1.key }
        descriptor["annotations"] = .object(
            members.map { JSONTree.Member(name: $0.key, value: .string($0.value)) })
        return descriptor
    }
}
