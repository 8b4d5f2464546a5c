import Cryptography
import OCI
import TestSupport
import Trust

/// How something gets into a registry.
enum Pushing: Sendable {
    case files(RegistryStorage)
    case simulator(RegistrySimulator)

    @discardableResult
    func push(
        manifest bytes: [UInt8], mediaType: String = MediaType.ociManifest, to path: String, tag: String? = nil
    ) throws -> Digest {
        switch self {
        case .files(let storage): try storage.push(manifest: bytes, to: path, tag: tag)
        case .simulator(let simulator): simulator.push(manifest: bytes, mediaType: mediaType, to: path, tag: tag)
        }
    }

    @discardableResult
    func push(blob bytes: [UInt8], to path: String) throws -> Digest {
        switch self {
        case .files(let storage): try storage.push(blob: bytes, to: path)
        case .simulator(let simulator): simulator.push(blob: bytes, to: path)
        }
    }

    @discardableResult
    func push(_ artifact: SignatureArtifact, to path: String, tag: String? = nil) throws -> Digest {
        for blob in artifact.blobs { try push(blob: blob, to: path) }
        return try push(manifest: artifact.bytes, to: path, tag: tag)
    }

    /// What a simulated Sigstore made about the image whose manifest `image` is, where clients put it: layers under a tag,
    /// bundles as what refers to the image, listed by the index under the fallback tag.
    func push(_ materials: [SignedMaterial], about image: [UInt8], to path: String) throws {
        let digest = Digest.sha256(of: image)
        let layers = materials.compactMap(\.layer)
        for (suffix, isWanted) in [(".sig", true), (".att", false)] {
            let wanted = layers.filter { ($0.mediaType == SimulatedLayer.simpleSigning) == isWanted }
            if !wanted.isEmpty { try push(.tagged(wanted), to: path, tag: digest.tagPrefix + suffix) }
        }
        let bundles = materials.compactMap(\.bundle).map {
            SignatureArtifact.bundle($0, about: ImageDescriptor(bytes: image))
        }
        guard !bundles.isEmpty else { return }
        for bundle in bundles { try push(bundle, to: path) }
        let index = SignatureArtifact.index(of: bundles).bytes
        try push(manifest: index, mediaType: MediaType.ociIndex, to: path, tag: digest.referrersTag)
    }

    /// An image that differs from all others by its `content`; its manifest.
    func pushImage(_ content: String, to path: String, tag: String) throws -> [UInt8] {
        let config = Array(
            #"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#.utf8)
        let layer = Array(content.utf8)
        let manifest: JSONTree = [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest),
            "config": ImageDescriptor(mediaType: MediaType.ociConfig, bytes: config).json,
            "layers": [
                ImageDescriptor(mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", bytes: layer).json
            ],
        ]
        try push(blob: config, to: path)
        try push(blob: layer, to: path)
        try push(manifest: manifest.bytes, to: path, tag: tag)
        return manifest.bytes
    }
}
