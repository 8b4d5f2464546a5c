import YAMLDocument

/// Goes through the services of a Compose file and keeps the images that they name.
struct ServiceReader {
    private let variables: [String: String]
    private(set) var images: [ComposeImage] = []
    private(set) var notices: [ComposeNotice] = []
    /// Names whose default was told already.
    private(set) var toldDefaults: Set<String> = []

    init(variables: [String: String]) {
        self.variables = variables
    }

    mutating func read(_ root: YAMLNode) throws(ComposeError) {
        guard case .mapping = root.kind, let services = root["services"] else {
            throw ComposeError("there are no `services` in this document", at: root.position)
        }
        guard case .mapping(let members) = services.kind, !members.isEmpty else {
            throw ComposeError("`services` is not a mapping of names to services", at: services.position)
        }
        noteIncludes(root["include"])
        for (key, service) in members {
            try read(service, named: key.scalar?.text ?? "", at: key.position, among: services)
        }
    }

    private mutating func noteIncludes(_ include: YAMLNode?) {
        guard let include, include.scalar?.resolved != .null else { return }
        notices.append(
            ComposeNotice(
                position: include.position, message: "the files that `include` names are not read: check each by itself"
            ))
    }

    // MARK: - One service

    private mutating func read(
        _ service: YAMLNode, named name: String, at position: YAMLPosition, among services: YAMLNode
    ) throws(ComposeError) {
        guard case .mapping = service.kind else {
            throw ComposeError("the service \(quoted(name)) is not a mapping", at: service.position)
        }
        if let image = service.member("image") {
            try add(image, of: name, path: "services.\(name).image", isVolume: false)
            noteBuild(service.member("build"), of: name)
        } else {
            try explainMissingImage(of: service, named: name, at: position, among: services)
        }
        try readVolumes(service.member("volumes"), of: name)
    }

    /// A service needs an image, or something that stands for one.
    private mutating func explainMissingImage(
        of service: YAMLNode, named name: String, at position: YAMLPosition, among services: YAMLNode
    ) throws(ComposeError) {
        if let build = service.member("build") {
            noteInlineDockerfile(build, of: name)
            return note(
                "the service \(quoted(name)) is built and names no image, so none is judged: check its Dockerfile, and the"
                    + " image once it has a name",
                at: build.position)
        }
        if let provider = service.member("provider") {
            return note(
                "the service \(quoted(name)) is run by a provider and names no image, so none is judged",
                at: provider.position)
        }
        guard let extended = service.member("extends") else {
            throw ComposeError("the service \(quoted(name)) has neither `image` nor `build`", at: position)
        }
        if let file = extended["file"], file.scalar?.resolved != .null {
            return note(
                "the service \(quoted(name)) takes its image from another file, which is not read: check that file by itself",
                at: file.position)
        }
        // A service of this file is judged in its own place.
        let base = extended["service"] ?? extended
        guard let text = base.scalar?.text, services[text] != nil else {
            throw ComposeError(
                "`extends` of the service \(quoted(name)) names no service of this file", at: base.position)
        }
    }

    /// Of a service that has an image as well.
    private mutating func noteBuild(_ build: YAMLNode?, of name: String) {
        guard let build else { return }
        noteInlineDockerfile(build, of: name)
        note(
            "the service \(quoted(name)) is built: what is judged is the image that its registry holds under the name; check"
                + " its Dockerfile as well",
            at: build.position)
    }

    private mutating func noteInlineDockerfile(_ build: YAMLNode, of name: String) {
        guard let dockerfile = build["dockerfile_inline"] else { return }
        note(
            "the Dockerfile within the service \(quoted(name)) is not read: put it into a file of its own and check that",
            at: dockerfile.position)
    }

    private mutating func readVolumes(_ volumes: YAMLNode?, of service: String) throws(ComposeError) {
        guard let volumes else { return }
        guard case .sequence(let elements) = volumes.kind else {
            throw ComposeError("`volumes` of the service \(quoted(service)) is not a list", at: volumes.position)
        }
        for (index, volume) in elements.enumerated() {
            guard let type = volume["type"]?.scalar?.text, type.utf8.elementsEqual("image".utf8) else { continue }
            guard let source = volume.member("source") else {
                throw ComposeError(
                    "a volume of the service \(quoted(service)) is of type `image` and has no `source`",
                    at: volume.position)
            }
            try add(source, of: service, path: "services.\(service).volumes[\(index)].source", isVolume: true)
        }
    }

    private mutating func add(
        _ node: YAMLNode, of service: String, path: String, isVolume: Bool
    ) throws(ComposeError) {
        guard let scalar = node.scalar, scalar.resolved == .string else {
            throw ComposeError(
                "`\(path)` is not text; put an image that looks like a number into quotes", at: node.position)
        }
        var interpolation = Interpolation(scalar.text, variables: variables, at: node.position)
        let text = try interpolation.interpolated()
        guard !text.isEmpty else { throw ComposeError("`\(path)` is empty, expected an image", at: node.position) }
        guard images.count < ComposeFile.maximumImages else {
            throw ComposeError(
                "the file names more than \(ComposeFile.maximumImages) images, split it", at: node.position)
        }
        images.append(
            ComposeImage(text: text, service: service, path: path, isVolume: isVolume, position: node.position))
        for used in interpolation.defaults where toldDefaults.insert(used.name).inserted {
            note("`\(used.name)` is not given, its default \(quoted(used.value)) counts", at: node.position)
        }
    }

    private mutating func note(_ message: String, at position: YAMLPosition) {
        notices.append(ComposeNotice(position: position, message: message))
    }
}

extension YAMLNode {
    /// The value under a key, unless it is null, which Compose takes for absent.
    fileprivate func member(_ key: String) -> YAMLNode? {
        guard let node = self[key], node.scalar?.resolved != .null else { return nil }
        return node
    }
}

/// An author's words in backticks, for a message: no longer than a line.
func quoted(_ text: String) -> String {
    let longest = 120
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest)))
    return "`\(shown)\(text.unicodeScalars.count > longest ? "…" : "")`"
}
