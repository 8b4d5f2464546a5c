import Cryptography
import OCI
import StrictJSON

/// Follows `index.json` through the blobs of a layout.
struct LayoutReader {
    private let blobs: [Digest: LayoutCollector.Blob]
    private(set) var images: [LayoutImage] = []
    private(set) var notices: [String] = []
    /// Of manifests, those that several indexes name counted again.
    private var readBytes = 0

    /// Indexes within indexes; no tool makes more than two.
    private static let maximumDepth = 4
    /// Indexes that name one another's manifests over and over multiply; an image has some dozens of a few KiB.
    private static let maximumBytes = 8 << 20

    init(blobs: [Digest: LayoutCollector.Blob]) {
        self.blobs = blobs
    }

    mutating func read(index bytes: [UInt8]) throws(LayoutError) {
        let file = "index.json"
        guard case .index(let index) = try LayoutReader.manifest(bytes, ifUntyped: MediaType.ociIndex, in: file) else {
            throw LayoutError(.invalid, "is an image manifest, expected an index", in: file)
        }
        for (position, descriptor) in index.manifests.enumerated() {
            let path = "\(file) manifests[\(position)]"
            guard MediaType.isIndex(descriptor.mediaType) || MediaType.isImageManifest(descriptor.mediaType) else {
                notices.append("\(path) is of type `\(descriptor.mediaType)` and no image")
                continue
            }
            let manifests = try manifests(of: descriptor, depth: 1)
            guard !manifests.isEmpty else {
                notices.append("\(path) is an artifact and no image")
                continue
            }
            guard images.count < ImageLayout.maximumImages else {
                throw LayoutError(.invalid, "names more than \(ImageLayout.maximumImages) images", in: file)
            }
            images.append(
                LayoutImage(
                    digest: descriptor.digest, path: path, names: LayoutReader.names(descriptor.annotations),
                    manifests: manifests))
        }
    }

    /// Gives an image the names that `manifest.json` has for it. Throws if it is none of those of `index.json`: a runtime
    /// that reads `manifest.json` would run what was not judged.
    mutating func attach(_ saved: DockerSavedImage) throws(LayoutError) {
        let position = images.firstIndex { image in
            image.manifests.contains { $0.config == saved.config && $0.layers == saved.layers }
        }
        guard let position else {
            throw LayoutError(
                .invalid, "\(saved.path) tells of an image that is not in `index.json`, or of other layers",
                in: "manifest.json")
        }
        for name in saved.names where !images[position].names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            guard images.reduce(0, { $0 + $1.names.count }) < ImageLayout.maximumImages else {
                throw LayoutError(
                    .invalid, "gives the images more than \(ImageLayout.maximumImages) names", in: "manifest.json")
            }
            images[position].names.append(name)
        }
    }

    // MARK: - Blobs

    /// The image manifests that a descriptor stands for; none if it is an artifact.
    private mutating func manifests(
        of descriptor: Descriptor, depth: Int
    ) throws(LayoutError) -> [(config: Digest, layers: [Digest])] {
        guard let blob = try blob(descriptor) else {
            throw LayoutError(.invalid, "names \(descriptor.digest), which the layout does not hold", in: "index.json")
        }
        let file = "blobs/sha256/\(descriptor.digest.hexadecimal)"
        guard let json = blob.json else { throw LayoutError(.invalid, "is no manifest", in: file) }
        readBytes += json.count
        guard readBytes <= LayoutReader.maximumBytes else {
            throw LayoutError(
                .invalid, "names manifests of more than \(LayoutReader.maximumBytes) bytes", in: "index.json")
        }
        switch try LayoutReader.manifest(json, ifUntyped: descriptor.mediaType, in: file) {
        case .image(let manifest):
            for part in [manifest.config] + manifest.layers { _ = try self.blob(part) }
            return isRunnable(manifest) ? [(manifest.config.digest, manifest.layers.map(\.digest))] : []
        case .index(let index):
            guard depth < LayoutReader.maximumDepth else {
                throw LayoutError(.invalid, "is an index within \(depth) others", in: file)
            }
            var found: [(config: Digest, layers: [Digest])] = []
            var isAnyHeld = false
            // What is saved for one platform keeps the index of all.
            for entry in index.manifests {
                guard try self.blob(entry) != nil else { continue }
                isAnyHeld = true
                found += try manifests(of: entry, depth: depth + 1)
            }
            guard isAnyHeld else { throw LayoutError(.invalid, "names nothing that the layout holds", in: file) }
            return found
        }
    }

    /// Whether some runtime makes a container of it. Signatures and attestations are stored as manifests too, most of them
    /// with the configuration of an image. What whoever made the layout calls the layers tells nothing: Podman unpacks
    /// layers of any type, if only the configuration is that of an image; containerd takes any configuration, if only the
    /// layers are called file systems. So all layers must be texts, which are none.
    private func isRunnable(_ manifest: ImageManifest) -> Bool {
        let types = [MediaType.ociConfig, MediaType.dockerConfig]
        guard types.contains(where: { $0.utf8.elementsEqual(manifest.config.mediaType.utf8) }) else {
            return !manifest.layers.isEmpty && manifest.layers.allSatisfy(\.isFileSystem)
        }
        return manifest.layers.isEmpty || !manifest.layers.allSatisfy { blobs[$0.digest]?.isText == true }
    }

    /// The blob, if the layout holds it. Its size, and content that the descriptor brings along, must be as it says.
    private func blob(_ descriptor: Descriptor) throws(LayoutError) -> LayoutCollector.Blob? {
        let file = "blobs/\(descriptor.digest.algorithm.rawValue)/\(descriptor.digest.hexadecimal)"
        if let data = descriptor.data {
            let hash =
                switch descriptor.digest.algorithm {
                case .sha256: SHA2.sha256(data)
                case .sha512: SHA2.sha512(data)
                }
            guard hash == descriptor.digest.bytes else {
                throw LayoutError(.invalid, "the `data` that stands for it are other bytes", in: file)
            }
        }
        guard let blob = blobs[descriptor.digest] else { return nil }
        guard blob.size == descriptor.size else {
            throw LayoutError(.invalid, "is \(blob.size) bytes long, expected \(descriptor.size)", in: file)
        }
        return blob
    }

    private static func manifest(
        _ bytes: [UInt8], ifUntyped mediaType: String, in file: String
    ) throws(LayoutError) -> Manifest {
        do throws(ManifestError) {
            let isTyped = file == "index.json" && (try? JSONDocument(parsing: bytes).root["mediaType"]) != nil
            return try Manifest(parsing: bytes, contentType: isTyped ? nil : mediaType)
        } catch {
            throw LayoutError(.invalid, "\(error)", in: file)
        }
    }

    /// containerd writes the full name, others write it, or only a tag, under the name that image-spec gives.
    private static func names(_ annotations: Annotations) -> [String] {
        if let name = annotations["io.containerd.image.name"] { return [name] }
        guard let name = annotations["org.opencontainers.image.ref.name"] else { return [] }
        let isFull = name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: ":"))
        return isFull ? [name] : []
    }
}

extension Descriptor {
    fileprivate var isFileSystem: Bool {
        ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."]
            .contains { mediaType.utf8.starts(with: $0.utf8) }
    }
}
