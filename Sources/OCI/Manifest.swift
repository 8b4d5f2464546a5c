import StrictJSON

/// An image manifest or an index, of OCI or of Docker (schema 2), read so that no runtime can take it for something
/// else. image-spec, manifest.md and image-index.md; GHSA-qq97-vm5h-rrhg is what happens otherwise.
///
/// The bytes must already be known to be those of the digest that was asked for: nothing is hashed here.
public enum Manifest: Sendable {
    case image(ImageManifest)
    case index(ImageIndex)

    /// Reads a manifest that a registry sent as `contentType`, nil if no header came with the bytes.
    ///
    /// What it is, `mediaType` and the header say. Where both do, they must agree; a body without `mediaType` needs a
    /// header that names a type. Refused with
    /// - `.unsupported`: other types, Docker's schema 1;
    /// - `.confusing`: types that disagree, `manifests` beside `layers` or `config`, `fsLayers` or `history`, members
    ///   that belong to the other type, known keys in another case;
    /// - `.malformed`: required members that are missing, and values that the specification does not allow;
    /// - `.limitExceeded`: see `ManifestLimits`.
    public init(
        parsing bytes: [UInt8], contentType: String?, limits: ManifestLimits = ManifestLimits()
    ) throws(ManifestError) {
        let header = contentType.map(MediaType.withoutParameters)
        if let header { try Manifest.refuseSchema1(header) }
        let root = try Manifest.parse(bytes, limits)
        let object = try StrictObject(root, path: "$", knownKeys: Manifest.knownKeys)
        let version = object.member("schemaVersion")
        guard version?.integer != 1 else {
            throw .unsupported(path: "$.schemaVersion", found: "schema 1", expected: "schema 2")
        }
        try Manifest.refuseMixture(object)
        // First, so that what is no manifest at all, such as an error object, is not told of as one of an unknown type.
        guard version?.integer == 2 else {
            throw .malformed(
                path: "$.schemaVersion", found: version.map(StrictObject.describe) ?? "nothing", expected: "`2`")
        }
        let mediaType = try Manifest.mediaType(of: object, header: header)
        if MediaType.isIndex(mediaType) {
            self = .index(try ImageIndex(object, mediaType: mediaType, limits))
        } else {
            self = .image(try ImageManifest(object, mediaType: mediaType, limits))
        }
    }

    public var mediaType: String {
        switch self {
        case .image(let manifest): manifest.mediaType
        case .index(let index): index.mediaType
        }
    }

    /// Everything that the document points to, one level deep.
    public var descriptors: [Descriptor] {
        switch self {
        case .image(let manifest): [manifest.config] + manifest.layers + (manifest.subject.map { [$0] } ?? [])
        case .index(let index): index.manifests + (index.subject.map { [$0] } ?? [])
        }
    }

    private static let knownKeys: [StaticString] = [
        "schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations",
        "fsLayers", "history", "signatures",
    ]

    private static func parse(_ bytes: [UInt8], _ limits: ManifestLimits) throws(ManifestError) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else {
            throw .limitExceeded(path: "$", found: bytes.count, limit: limits.maximumBytes)
        }
        do throws(JSONError) {
            // Embedded data may be as large as the manifest allows.
            let limits = JSONLimits(maximumBytes: limits.maximumBytes, maximumStringBytes: limits.maximumBytes)
            return try JSONDocument(parsing: bytes, limits: limits).root
        } catch {
            throw .notJSON(error)
        }
    }
}

// MARK: - What kind of document it is

extension Manifest {
    private static func refuseSchema1(_ mediaType: String) throws(ManifestError) {
        let schema1 = [MediaType.dockerSchema1, MediaType.dockerSignedSchema1]
        guard !schema1.contains(where: { $0.utf8.elementsEqual(mediaType.utf8) }) else {
            throw .unsupported(path: "Content-Type", found: "schema 1", expected: "schema 2")
        }
    }

    private static func refuseMixture(_ object: StrictObject) throws(ManifestError) {
        for key in ["fsLayers", "history", "signatures"] as [StaticString] where object.value[key] != nil {
            throw .confusing(
                path: object.path(of: key), found: "a member of schema 1", expected: "none beside `schemaVersion` 2")
        }
        guard object.value["manifests"] != nil else { return }
        for key in ["layers", "config"] as [StaticString] where object.value[key] != nil {
            throw .confusing(
                path: "$", found: "`manifests` and `\(key)`", expected: "either an index or an image manifest")
        }
    }

    private static func mediaType(of object: StrictObject, header: String?) throws(ManifestError) -> String {
        let quotedHeader = header.map { "`\(String(quoting: Array($0.utf8)))`" }
        guard object.member("mediaType") != nil else {
            guard let header, let quotedHeader else {
                throw .malformed(path: "$.mediaType", found: "nothing", expected: "a media type")
            }
            guard MediaType.isIndex(header) || MediaType.isImageManifest(header) else {
                throw .unsupported(
                    path: "Content-Type", found: "\(quotedHeader) and no `mediaType`",
                    expected: "the media type of an image manifest or index")
            }
            return header
        }
        let mediaType = try object.mediaType("mediaType")
        let quoted = "`\(String(quoting: Array(mediaType.utf8)))`"
        if let header, let quotedHeader, !header.utf8.elementsEqual(mediaType.utf8) {
            throw .confusing(path: "$.mediaType", found: quoted, expected: "\(quotedHeader), as `Content-Type` says")
        }
        guard MediaType.isIndex(mediaType) || MediaType.isImageManifest(mediaType) else {
            throw .unsupported(
                path: "$.mediaType", found: quoted, expected: "the media type of an image manifest or index")
        }
        return mediaType
    }
}
