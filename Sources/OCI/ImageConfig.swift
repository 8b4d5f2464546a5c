import StrictJSON

/// The configuration of an image: what it runs, as whom, and what it is made of. image-spec, config.md.
public struct ImageConfig: Sendable {
    public let architecture: String
    public let os: String
    public let variant: String?
    /// RFC 3339 as it is written; builders that are reproducible write a fixed time.
    public let created: String?
    /// `user`, `uid`, `user:group`...; nil and empty both mean root.
    public let user: String?
    /// `NAME=value`
    public let environment: [String]
    public let labels: Annotations
    public let entrypoint: [String]
    public let command: [String]
    public let workingDirectory: String?
    /// `8080/tcp`
    public let exposedPorts: [String]
    /// The digests of the layers' uncompressed bytes, bottom to top.
    public let diffIDs: [Digest]
    public let history: [HistoryEntry]

    public struct HistoryEntry: Sendable {
        public let created: String?
        public let createdBy: String?
        public let author: String?
        public let comment: String?
        /// Whether the step made no layer.
        public let isEmptyLayer: Bool
    }

    /// Configurations of images are small; those that carry build attestations are not.
    public static let maximumBytes = 8 << 20

    /// Reads a configuration. Members that are `null` count as absent, as Docker writes them. Refuses more than
    /// `maximumBytes` with `.limitExceeded`, keys that differ from known ones only by case with `.confusing`, and
    /// members of the wrong type with `.malformed`.
    public init(parsing bytes: [UInt8]) throws(ManifestError) {
        let root = try StrictObject(
            ImageConfig.parse(bytes), path: "$",
            knownKeys: ["architecture", "os", "variant", "created", "config", "rootfs", "history"])
        architecture = try root.requiredString("architecture")
        os = try root.requiredString("os")
        variant = try root.string("variant")
        created = try root.string("created")
        let config = try root.object("config", knownKeys: ImageConfig.executionKeys)
        user = try config?.string("User")
        environment = try config?.strings("Env") ?? []
        labels = try config?.annotations("Labels") ?? Annotations([])
        entrypoint = try config?.strings("Entrypoint") ?? []
        command = try config?.strings("Cmd") ?? []
        workingDirectory = try config?.string("WorkingDir")
        exposedPorts = try config?.object("ExposedPorts")?.value.members.map(\.key) ?? []
        diffIDs = try ImageConfig.diffIDs(of: root)
        history = try ImageConfig.history(of: root)
    }

    private static let executionKeys: [StaticString] = [
        "User", "Env", "Labels", "Entrypoint", "Cmd", "WorkingDir", "ExposedPorts",
    ]

    private static func parse(_ bytes: [UInt8]) throws(ManifestError) -> JSONValue {
        guard bytes.count <= maximumBytes else {
            throw .limitExceeded(path: "$", found: bytes.count, limit: maximumBytes)
        }
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes, limits: JSONLimits(maximumBytes: maximumBytes)).root
        } catch {
            throw .notJSON(error)
        }
    }

    private static func diffIDs(of root: StrictObject) throws(ManifestError) -> [Digest] {
        guard let filesystem = try root.object("rootfs", knownKeys: ["type", "diff_ids"]) else { return [] }
        let paths = try filesystem.elements("diff_ids").map(\.path)
        var digests: [Digest] = []
        for (text, path) in zip(try filesystem.strings("diff_ids"), paths) {
            digests.append(try StrictObject.digest(text, path: path))
        }
        return digests
    }

    private static func history(of root: StrictObject) throws(ManifestError) -> [HistoryEntry] {
        var entries: [HistoryEntry] = []
        for (element, path) in try root.elements("history") {
            let entry = try StrictObject(
                element, path: path, knownKeys: ["created", "created_by", "author", "comment", "empty_layer"])
            let isEmptyLayer = entry.member("empty_layer")
            guard isEmptyLayer == nil || isEmptyLayer?.boolean != nil else {
                throw .malformed(
                    path: entry.path(of: "empty_layer"), found: isEmptyLayer.map(StrictObject.describe) ?? "nothing",
                    expected: "`true` or `false`")
            }
            entries.append(
                HistoryEntry(
                    created: try entry.string("created"), createdBy: try entry.string("created_by"),
                    author: try entry.string("author"), comment: try entry.string("comment"),
                    isEmptyLayer: isEmptyLayer?.boolean ?? false))
        }
        return entries
    }
}
