public import YAMLDocument

/// The images that a Compose file names (compose-spec, 05-services.md): of each service or job its `image`, those of its
/// `pre_start`, volumes of `type: image`, and what a build has in `additional_contexts`. Services of every profile count.
///
/// Other files that it draws upon (`include`, `extends.file`) are not read, and a service that is only built names no
/// image: each is told in `notices`, so that nothing is passed over in silence.
public struct ComposeFile: Sendable {
    /// In the order of the file, services before jobs.
    public let images: [ComposeImage]
    /// What a person should know beside.
    public let notices: [ComposeNotice]
    /// The variables that have no value and whose default counts.
    public let defaultedVariables: Set<String>

    /// As many as one request may bring. Each is a decision of its own.
    public static let maximumImages = 256

    /// Reads the document `root`. `variables` are those of the environment files; nothing else gives a variable a value,
    /// so the same file gives the same images everywhere.
    ///
    /// Throws a `ComposeError` with the place: for another shape than Compose takes, for a variable in an image's name
    /// whose value is not known, and for what is beyond the limits.
    public init(_ root: YAMLNode, variables: [String: String] = [:]) throws(ComposeError) {
        var reader = ServiceReader(variables: variables)
        try reader.read(root)
        (images, notices, defaultedVariables) = (reader.images, reader.notices, reader.toldDefaults)
    }

    /// Whether a document looks like one of Compose: it has `services`, and not both of what a Kubernetes object has.
    public static func isRecognized(_ root: YAMLNode) -> Bool {
        root["services"] != nil && (root["apiVersion"] == nil || root["kind"] == nil)
    }
}

/// An image that a Compose file names.
public struct ComposeImage: Sendable {
    /// The name, variables resolved. Whether it is one is not looked at.
    public let text: String
    /// The service or job that runs it, mounts it, or is built with it.
    public let service: String
    /// Where it stands: `services.web.image`.
    public let path: String
    /// Whether it is only mounted as a volume.
    public let isVolume: Bool
    /// Where its text begins.
    public let position: YAMLPosition
}

/// Something that a person should know, and that is no mistake.
public struct ComposeNotice: Hashable, Sendable {
    public let position: YAMLPosition
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String
}

/// Why a Compose file is refused, and where.
public struct ComposeError: Error, Hashable, Sendable, CustomStringConvertible {
    public let position: YAMLPosition
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String

    init(_ message: String, at position: YAMLPosition) {
        self.message = message
        self.position = position
    }

    public var description: String { "\(position): \(message)" }
}
