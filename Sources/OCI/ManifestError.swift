public import StrictJSON

/// Why bytes are not a manifest, index or configuration that is accepted. `path` is where: `$.layers[0].digest`; texts
/// of the document are escaped for display.
public enum ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not JSON, or JSON that two readers may understand differently, duplicate keys among it.
    case notJSON(JSONError)
    /// A kind of document that Dockgate does not judge: Docker's schema 1, an unknown media type.
    case unsupported(path: String, found: String, expected: String)
    /// One reader may take the document for something else than another: index and image at once, media types that
    /// disagree, keys that differ from known ones only by case.
    case confusing(path: String, found: String, expected: String)
    /// A member is missing, or has a type or value that the specification does not allow.
    case malformed(path: String, found: String, expected: String)
    /// A well-formed digest of an algorithm that is not supported.
    case unsupportedDigestAlgorithm(path: String, found: String)
    case limitExceeded(path: String, found: Int, limit: Int)

    public var description: String {
        switch self {
        case .notJSON(let error):
            "\(error)"
        case .unsupported(let path, let found, let expected), .confusing(let path, let found, let expected),
            .malformed(let path, let found, let expected):
            "found \(found) at `\(path)`, expected \(expected)"
        case .unsupportedDigestAlgorithm(let path, let found):
            "found the digest algorithm `\(found)` at `\(path)`, expected `sha256` or `sha512`"
        case .limitExceeded(let path, let found, let limit):
            "found \(found) at `\(path)`, at most \(limit) are allowed"
        }
    }
}

/// What a manifest may cost at most.
public struct ManifestLimits: Sendable {
    /// distribution-spec asks registries to take manifests of 4 MiB; none need be larger.
    public var maximumBytes: Int
    /// Each may have to be fetched and verified.
    public var maximumManifests: Int
    /// Runtimes stop at 127 layers; artifacts have more.
    public var maximumLayers: Int

    public init(maximumBytes: Int = 4 << 20, maximumManifests: Int = 256, maximumLayers: Int = 1_024) {
        self.maximumBytes = maximumBytes
        self.maximumManifests = maximumManifests
        self.maximumLayers = maximumLayers
    }
}
