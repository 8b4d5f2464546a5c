import StrictJSON

/// The manifest of one image for one platform, or of an artifact such as a signature. image-spec, manifest.md.
public struct ImageManifest: Sendable {
    public let mediaType: String
    /// What kind of artifact this is; nil for images. Present wherever the configuration is of the empty type.
    public let artifactType: String?
    public let config: Descriptor
    public let layers: [Descriptor]
    /// The manifest that this artifact says it is about.
    public let subject: Descriptor?
    public let annotations: Annotations

    init(_ object: StrictObject, mediaType: String, _ limits: ManifestLimits) throws(ManifestError) {
        try object.refuse("manifests", in: mediaType)
        self.mediaType = mediaType
        artifactType = try object.string("artifactType")
        config = try Descriptor(object.required("config", "a descriptor"), path: object.path(of: "config"))
        _ = try object.required("layers", "an array of descriptors")
        layers = try object.descriptors("layers", limit: limits.maximumLayers)
        subject = try object.descriptor("subject")
        annotations = try object.annotations("annotations")
        if artifactType == nil, config.mediaType.utf8.elementsEqual(MediaType.ociEmpty.utf8) {
            throw .malformed(
                path: object.path(of: "artifactType"), found: "nothing",
                expected: "a type, since the configuration is empty")
        }
    }
}

/// A list of manifests, most often one for each platform. Entries may be indexes in turn. image-spec, image-index.md.
public struct ImageIndex: Sendable {
    public let mediaType: String
    public let artifactType: String?
    /// In the order of the document. Two entries may claim the same platform.
    public let manifests: [Descriptor]
    public let subject: Descriptor?
    public let annotations: Annotations

    init(_ object: StrictObject, mediaType: String, _ limits: ManifestLimits) throws(ManifestError) {
        try object.refuse("config", in: mediaType)
        try object.refuse("layers", in: mediaType)
        self.mediaType = mediaType
        artifactType = try object.string("artifactType")
        _ = try object.required("manifests", "an array of descriptors")
        manifests = try object.descriptors("manifests", limit: limits.maximumManifests)
        subject = try object.descriptor("subject")
        annotations = try object.annotations("annotations")
    }
}

extension StrictObject {
    func refuse(_ key: StaticString, in mediaType: String) throws(ManifestError) {
        guard value[key] == nil else {
            throw .confusing(
                path: path(of: key), found: "`\(key)`", expected: "none in a document of type `\(mediaType)`")
        }
    }

    func descriptor(_ key: StaticString) throws(ManifestError) -> Descriptor? {
        guard let member = member(key) else { return nil }
        return try Descriptor(member, path: path(of: key))
    }

    func descriptors(_ key: StaticString, limit: Int) throws(ManifestError) -> [Descriptor] {
        var descriptors: [Descriptor] = []
        for (element, path) in try elements(key, limit: limit) {
            descriptors.append(try Descriptor(element, path: path))
        }
        return descriptors
    }
}
