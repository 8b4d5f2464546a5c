public import OCI
import StrictJSON

/// The images of an OCI image layout (image-spec, image-layout.md), or of what `docker save` writes, which is one with a
/// `manifest.json` beside it.
///
/// Every blob was hashed when it was taken in, so the digests here are those of the bytes. Runtimes read either
/// `index.json` or `manifest.json`; where there are both, they must tell of the same images.
public struct ImageLayout: Sendable {
    /// In the order of `index.json`; at least one.
    public let images: [LayoutImage]
    /// What a person should know beside: entries that are no images.
    public let notices: [String]

    /// As many as one request may bring.
    public static let maximumImages = 256

    /// Throws a `LayoutError`: for what has no `index.json`, and for what contradicts itself.
    init(_ files: borrowing LayoutCollector) throws(LayoutError) {
        guard let bytes = files.controlFiles[.index] else { throw ImageLayout.withoutIndex(files) }
        try ImageLayout.checkVersion(files.controlFiles[.layoutVersion])
        var reader = LayoutReader(blobs: files.blobs)
        try reader.read(index: bytes)
        if let bytes = files.controlFiles[.dockerManifest] {
            for saved in try DockerSavedImage.all(in: bytes) { try reader.attach(saved) }
        } else if files.controlFiles[.dockerRepositories] != nil {
            throw LayoutError(
                .unsupported, "has `repositories` without `manifest.json`, which is Docker's format before 1.10")
        }
        guard !reader.images.isEmpty else {
            let reasons = reader.notices.isEmpty ? "" : ": " + reader.notices.joined(separator: "; ")
            throw LayoutError(.unsupported, "names no image" + reasons, in: "index.json")
        }
        (images, notices) = (reader.images, reader.notices)
    }

    private static func withoutIndex(_ files: borrowing LayoutCollector) -> LayoutError {
        let isDocker = files.controlFiles[.dockerManifest] != nil || files.controlFiles[.dockerRepositories] != nil
        return LayoutError(
            .unsupported,
            isDocker
                ? "has no `index.json`: `docker save` of this age keeps no manifest, so the digest that was signed is not"
                    + " known; save the image with `skopeo copy docker://NAME oci-archive:FILE`, or with Docker's"
                    + " containerd image store"
                : "has no `index.json`: it is no image layout")
    }

    private static func checkVersion(_ bytes: [UInt8]?) throws(LayoutError) {
        let file = "oci-layout"
        guard let bytes else { throw LayoutError(.unsupported, "has no file `oci-layout`: it is no image layout") }
        let version: JSONValue?
        do throws(JSONError) {
            version = try JSONDocument(parsing: bytes).root["imageLayoutVersion"]
        } catch {
            throw LayoutError(.invalid, "\(error)", in: file)
        }
        guard version?.isString("1.0.0") == true else {
            throw LayoutError(
                .unsupported, "is of another version, expected `imageLayoutVersion` to be `1.0.0`", in: file)
        }
    }
}

/// An image that a layout holds.
public struct LayoutImage: Sendable {
    /// Of its manifest or index, computed from the bytes.
    public let digest: Digest
    /// Where it stands: `index.json manifests[0]`.
    public let path: String
    /// The full names under which it was saved, as they are written, each once. Whoever made the layout chose them.
    public internal(set) var names: [String]
    /// The digests of the image manifests in it: its own, or those that its index names and the layout holds.
    var manifests: [(config: Digest, layers: [Digest])]
}
