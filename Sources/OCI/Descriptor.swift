import StrictJSON

/// What a manifest says about something else: its digest and size, which must be held against the bytes once they are
/// there, and its type. image-spec, descriptor.md.
public struct Descriptor: Sendable {
    public let mediaType: String
    public let digest: Digest
    /// Length in bytes, never negative.
    public let size: Int
    public let annotations: Annotations
    /// Of entries in an index.
    public let platform: Platform?
    public let artifactType: String?
    /// Where else the content is said to lie, as foreign layers have it. Never to be fetched unasked.
    public let urls: [String]
    /// The content itself, if the manifest carries it. It is as long as `size` says, but it was not hashed: before use,
    /// hold its hash against `digest`.
    public let data: [UInt8]?

    init(_ value: JSONValue, path: String) throws(ManifestError) {
        let object = try StrictObject(
            value, path: path,
            knownKeys: ["mediaType", "digest", "size", "annotations", "platform", "artifactType", "urls", "data"])
        mediaType = try object.mediaType("mediaType")
        digest = try object.digest("digest")
        size = try Descriptor.size(of: object)
        annotations = try object.annotations("annotations")
        platform = try Platform(in: object)
        artifactType = try object.string("artifactType")
        urls = try object.strings("urls")
        data = try Descriptor.data(of: object, size: size)
    }

    private static func size(of object: StrictObject) throws(ManifestError) -> Int {
        let expected = "a whole number of bytes"
        let member = try object.required("size", expected)
        guard let size = member.integer, size >= 0 else {
            throw .malformed(path: object.path(of: "size"), found: StrictObject.describe(member), expected: expected)
        }
        return size
    }

    private static func data(of object: StrictObject, size: Int) throws(ManifestError) -> [UInt8]? {
        guard let text = try object.string("data") else { return nil }
        guard let data = EmbeddedData.decode(Array(text.utf8)) else {
            throw .malformed(
                path: object.path(of: "data"), found: "other text",
                expected: "base64 of the standard alphabet with padding")
        }
        guard data.count == size else {
            throw .malformed(
                path: object.path(of: "data"), found: "\(data.count) bytes", expected: "\(size), as `size` says")
        }
        return data
    }
}

/// What an entry of an index is built for.
public struct Platform: Sendable, CustomStringConvertible {
    public let architecture: String
    public let os: String
    public let variant: String?
    public let osVersion: String?
    public let osFeatures: [String]

    /// `linux/arm64/v8`
    public var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }

    /// Nil if the descriptor has no platform.
    init?(in descriptor: StrictObject) throws(ManifestError) {
        let knownKeys: [StaticString] = ["architecture", "os", "variant", "os.version", "os.features"]
        guard let object = try descriptor.object("platform", knownKeys: knownKeys) else { return nil }
        architecture = try object.requiredString("architecture")
        os = try object.requiredString("os")
        variant = try object.string("variant")
        osVersion = try object.string("os.version")
        osFeatures = try object.strings("os.features")
    }
}

extension StrictObject {
    func mediaType(_ key: StaticString) throws(ManifestError) -> String {
        let mediaType = try requiredString(key)
        guard MediaType.isWellFormed(mediaType) else {
            throw .malformed(
                path: path(of: key), found: "`\(String(quoting: Array(mediaType.utf8)))`", expected: "a media type")
        }
        return mediaType
    }

    func digest(_ key: StaticString) throws(ManifestError) -> Digest {
        try StrictObject.digest(requiredString(key), path: path(of: key))
    }

    static func digest(_ text: String, path: String) throws(ManifestError) -> Digest {
        do throws(DigestError) {
            return try Digest(parsing: text)
        } catch {
            switch error {
            case .malformed(let found): throw .malformed(path: path, found: "`\(found)`", expected: "a digest")
            case .unsupportedAlgorithm(let found): throw .unsupportedDigestAlgorithm(path: path, found: found)
            }
        }
    }
}
