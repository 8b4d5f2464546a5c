import OCI
import StrictJSON
import Trust

/// A manifest, an index or the configuration of an image, as `inspect manifest` shows it.
struct InspectedDocument {
    let digest: Digest
    let size: Int
    /// `repository@digest` if it comes from a registry.
    let image: String?
    let content: Content

    enum Content {
        case manifest(ImageManifest)
        case index(ImageIndex)
        case configuration(ImageConfig)
    }

    /// The largest of the three kinds.
    static let maximumBytes = ImageConfig.maximumBytes

    /// - Parameter contentType: what a registry called it; without one, the document itself says what it is.
    init(_ bytes: [UInt8], contentType: String?, image: String?, at place: String) throws(UsageError) {
        digest = .sha256(of: bytes)
        size = bytes.count
        self.image = image
        do throws(ManifestError) {
            content = try InspectedDocument.content(bytes, contentType: contentType)
        } catch {
            throw UsageError("\(error)", at: place)
        }
    }

    private static func content(_ bytes: [UInt8], contentType: String?) throws(ManifestError) -> Content {
        let root: JSONValue
        do throws(JSONError) {
            let limits = JSONLimits(maximumBytes: maximumBytes, maximumStringBytes: maximumBytes)
            root = try JSONDocument(parsing: bytes, limits: limits).root
        } catch {
            throw .notJSON(error)
        }
        // A manifest without a type of its own is what its members show, as a registry would have called it.
        let isTyped = root["mediaType"] != nil
        let isIndex = root["manifests"] != nil
        let isManifest = isTyped || isIndex || root["schemaVersion"] != nil || root["layers"] != nil
        guard contentType != nil || isManifest else { return .configuration(try ImageConfig(parsing: bytes)) }
        let untyped = isIndex ? MediaType.ociIndex : MediaType.ociManifest
        switch try Manifest(parsing: bytes, contentType: contentType ?? (isTyped ? nil : untyped)) {
        case .image(let manifest): return .manifest(manifest)
        case .index(let index): return .index(index)
        }
    }
}

// MARK: - For people

extension InspectedDocument {
    var facts: Facts {
        var facts = Facts()
        facts.add("image", image)
        facts.add("kind", kind)
        facts.add("digest", digest.description)
        facts.add("size", byteCount(size))
        switch content {
        case .manifest(let manifest): InspectedDocument.add(manifest, to: &facts)
        case .index(let index): InspectedDocument.add(index, to: &facts)
        case .configuration(let configuration): InspectedDocument.add(configuration, to: &facts)
        }
        return facts
    }

    private var kind: String {
        switch content {
        case .manifest(let manifest): manifest.artifactType == nil ? "image manifest" : "artifact manifest"
        case .index: "index"
        case .configuration: "image configuration"
        }
    }

    private static func add(_ manifest: ImageManifest, to facts: inout Facts) {
        facts.add("media type", manifest.mediaType)
        facts.add("artifact type", manifest.artifactType)
        facts.add("about", manifest.subject?.summary)
        facts.add("configuration", manifest.config.summary)
        for (position, layer) in manifest.layers.enumerated() { facts.add("layer \(position + 1)", layer.summary) }
        add(manifest.annotations, to: &facts)
    }

    private static func add(_ index: ImageIndex, to facts: inout Facts) {
        facts.add("media type", index.mediaType)
        facts.add("artifact type", index.artifactType)
        facts.add("about", index.subject?.summary)
        for (position, entry) in index.manifests.enumerated() {
            facts.add(
                "manifest \(position + 1)",
                [entry.platform?.description, entry.summary].compactMap { $0 }.joined(separator: "  "))
        }
        add(index.annotations, to: &facts)
    }

    private static func add(_ configuration: ImageConfig, to facts: inout Facts) {
        facts.add("platform", configuration.platform)
        facts.add("created", configuration.created)
        facts.add("user", configuration.isRoot ? "root" : configuration.user)
        facts.add(
            "entrypoint", configuration.entrypoint.isEmpty ? nil : configuration.entrypoint.joined(separator: " "))
        facts.add("command", configuration.command.isEmpty ? nil : configuration.command.joined(separator: " "))
        facts.add("directory", configuration.workingDirectory)
        for variable in configuration.environment { facts.add("environment", variable) }
        for port in configuration.exposedPorts { facts.add("port", port) }
        for label in configuration.labels.entries { facts.add("label", "\(label.key)=\(label.value)") }
        for (position, layer) in configuration.diffIDs.enumerated() {
            facts.add("layer \(position + 1)", "\(layer)  (uncompressed)")
        }
    }

    private static func add(_ annotations: Annotations, to facts: inout Facts) {
        for entry in annotations.entries { facts.add("annotation", "\(entry.key)=\(entry.value)") }
    }
}

extension Descriptor {
    fileprivate var summary: String { "\(digest)  \(artifactType ?? mediaType)  \(byteCount(size))" }
}

extension ImageConfig {
    fileprivate var platform: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
    fileprivate var isRoot: Bool { user?.isEmpty ?? true }
}

// MARK: - For programs

extension InspectedDocument {
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        if let image { writer.member("image", image) }
        writer.member("kind", kind)
        writer.member("digest", digest.description)
        writer.member("size", size)
        switch content {
        case .manifest(let manifest):
            writer.member("mediaType", manifest.mediaType)
            if let type = manifest.artifactType { writer.member("artifactType", type) }
            if let subject = manifest.subject { writer.member("subject", subject) }
            writer.member("config", manifest.config)
            writer.member("layers", manifest.layers)
            writer.member("annotations", manifest.annotations)
        case .index(let index):
            writer.member("mediaType", index.mediaType)
            if let type = index.artifactType { writer.member("artifactType", type) }
            if let subject = index.subject { writer.member("subject", subject) }
            writer.member("manifests", index.manifests)
            writer.member("annotations", index.annotations)
        case .configuration(let configuration): writer.members(of: configuration)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, _ descriptor: Descriptor) {
        key(name)
        value(descriptor)
    }

    fileprivate mutating func member(_ name: StaticString, _ descriptors: [Descriptor]) {
        key(name)
        beginArray()
        for descriptor in descriptors { value(descriptor) }
        endArray()
    }

    fileprivate mutating func member(_ name: StaticString, _ annotations: Annotations) {
        guard !annotations.isEmpty else { return }
        key(name)
        beginObject()
        for entry in annotations.entries {
            key(text: entry.key)
            string(entry.value)
        }
        endObject()
    }

    fileprivate mutating func member(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    private mutating func value(_ descriptor: Descriptor) {
        beginObject()
        member("mediaType", descriptor.mediaType)
        member("digest", descriptor.digest.description)
        member("size", descriptor.size)
        if let platform = descriptor.platform { member("platform", platform.description) }
        if let type = descriptor.artifactType { member("artifactType", type) }
        member("annotations", descriptor.annotations)
        endObject()
    }

    fileprivate mutating func members(of configuration: ImageConfig) {
        member("platform", configuration.platform)
        if let created = configuration.created { member("created", created) }
        member("user", configuration.isRoot ? "root" : configuration.user ?? "root")
        member("entrypoint", configuration.entrypoint)
        member("command", configuration.command)
        if let directory = configuration.workingDirectory { member("workingDirectory", directory) }
        member("environment", configuration.environment)
        member("exposedPorts", configuration.exposedPorts)
        member("labels", configuration.labels)
        member("diffIDs", configuration.diffIDs.map(\.description))
    }
}
