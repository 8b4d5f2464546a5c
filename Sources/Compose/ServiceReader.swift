import YAMLDocument

/// Goes through the services of a Compose file and keeps the images that they name.
struct ServiceReader {
    private let variables: [String: String]
    private(set) var images: [ComposeImage] = []
    private(set) var notices: [ComposeNotice] = []
    /// Names whose default was told already.
    private(set) var toldDefaults: Set<String> = []
    /// Of all services, as bytes.
    private var names: Set<[UInt8]> = []

    /// A service or a job.
    private struct Owner {
        let name: String
        /// `services` or `jobs`.
        let section: String

        var path: String { "\(section).\(name)" }
    }

    init(variables: [String: String]) {
        self.variables = variables
    }

    mutating func read(_ root: YAMLNode) throws(ComposeError) {
        guard case .mapping = root.kind, root["services"] != nil || root["jobs"] != nil else {
            throw ComposeError("there are no `services` in this document", at: root.position)
        }
        noteIncludes(root["include"])
        noteModels(root.member("models"))
        // Jobs are services that end (Compose 5.6), and may extend one.
        var sections: [(name: String, members: [(key: YAMLNode, value: YAMLNode)])] = []
        for name in ["services", "jobs"] {
            guard let section = root[name] else { continue }
            guard case .mapping(let members) = section.kind, !members.isEmpty else {
                throw ComposeError("`\(name)` is not a mapping of names to \(name)", at: section.position)
            }
            sections.append((name, members))
            names.formUnion(members.map { Array(($0.key.scalar?.text ?? "").utf8) })
        }
        for section in sections {
            for (key, service) in section.members {
                try read(service, Owner(name: key.scalar?.text ?? "", section: section.name), at: key.position)
            }
        }
    }

    private mutating func noteIncludes(_ include: YAMLNode?) {
        guard let include, include.scalar?.resolved != .null else { return }
        notices.append(
            ComposeNotice(
                position: include.position, message: "the files that `include` names are not read: check each by itself"
            ))
    }

    private mutating func noteModels(_ models: YAMLNode?) {
        guard let models else { return }
        note("what `models` names is not judged: those are no container images", at: models.position)
    }

    // MARK: - One service

    private mutating func read(
        _ service: YAMLNode, _ owner: Owner, at position: YAMLPosition
    ) throws(ComposeError) {
        guard case .mapping = service.kind else {
            guard service.scalar?.resolved == .null else {
                throw ComposeError("the service \(quoted(owner.name)) is not a mapping", at: service.position)
            }
            return noteNothing(owner, at: position)
        }
        if let image = service.member("image") {
            try add(image, of: owner, path: "image")
            noteBuild(service.member("build"), of: owner.name)
        } else {
            try explainMissingImage(of: service, owner, at: position)
        }
        try readContexts(service.member("build"), of: owner)
        try readSteps(service.member("pre_start"), of: owner)
        try readVolumes(service.member("volumes"), of: owner)
    }

    /// A service needs an image, or something that stands for one.
    private mutating func explainMissingImage(
        of service: YAMLNode, _ owner: Owner, at position: YAMLPosition
    ) throws(ComposeError) {
        let name = owner.name
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
        guard let extended = service.member("extends") else { return noteNothing(owner, at: position) }
        if let file = extended.member("file") {
            return note(
                "the service \(quoted(name)) takes its image from another file, which is not read: check that file by itself",
                at: file.position)
        }
        // A service of this file is judged in its own place.
        let base = extended["service"] ?? extended
        guard let text = base.scalar?.text, names.contains(Array(text.utf8)) else {
            throw ComposeError(
                "`extends` of the service \(quoted(name)) names no service of this file", at: base.position)
        }
    }

    private mutating func noteNothing(_ owner: Owner, at position: YAMLPosition) {
        note(
            "the service \(quoted(owner.name)) has neither `image` nor `build`, as in a file that is put over another: check"
                + " that one as well",
            at: position)
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

    /// Images that the build takes for what a Dockerfile calls by another name.
    private mutating func readContexts(_ build: YAMLNode?, of owner: Owner) throws(ComposeError) {
        guard let contexts = build?.member("additional_contexts") else { return }
        for (key, value) in contexts.members {
            try addContext(key.scalar?.text ?? "", value.scalar?.text ?? "", of: owner, at: value.position)
        }
        for element in contexts.elements {
            let words = (element.scalar?.text ?? "").split(separator: "=", maxSplits: 1)
            guard let name = words.first, let value = words.dropFirst().first else { continue }
            try addContext(String(name), String(value), of: owner, at: element.position)
        }
    }

    private mutating func addContext(
        _ name: String, _ value: String, of owner: Owner, at position: YAMLPosition
    ) throws(ComposeError) {
        let scheme = "docker-image://"
        // Of a directory, no variable needs a value.
        let literal = value.utf8.prefix { $0 != UInt8(ascii: "$") }
        let isVariable = literal.count < value.utf8.count && scheme.utf8.starts(with: literal)
        guard isVariable || literal.starts(with: scheme.utf8) else { return }
        let text = try interpolated(value, at: position)
        guard text.utf8.starts(with: scheme.utf8) else { return }
        try add(
            String(text.dropFirst(scheme.count)), of: owner, path: "build.additional_contexts.\(name)", at: position)
    }

    /// Containers of their own that run before the service's (Compose 5.3); without an image they have the service's.
    private mutating func readSteps(_ steps: YAMLNode?, of owner: Owner) throws(ComposeError) {
        guard let steps else { return }
        guard case .sequence(let elements) = steps.kind else {
            throw ComposeError("`pre_start` of the service \(quoted(owner.name)) is not a list", at: steps.position)
        }
        for (index, step) in elements.enumerated() {
            guard let image = step.member("image") else { continue }
            try add(image, of: owner, path: "pre_start[\(index)].image")
        }
    }

    private mutating func readVolumes(_ volumes: YAMLNode?, of owner: Owner) throws(ComposeError) {
        guard let volumes else { return }
        guard case .sequence(let elements) = volumes.kind else {
            throw ComposeError("`volumes` of the service \(quoted(owner.name)) is not a list", at: volumes.position)
        }
        for (index, volume) in elements.enumerated() {
            guard let type = volume["type"], let written = type.scalar?.text else { continue }
            guard try interpolated(written, at: type.position).utf8.elementsEqual("image".utf8) else { continue }
            guard let source = volume.member("source") else {
                throw ComposeError(
                    "a volume of the service \(quoted(owner.name)) is of type `image` and has no `source`",
                    at: volume.position)
            }
            try add(source, of: owner, path: "volumes[\(index)].source", isVolume: true)
        }
    }

    // MARK: - Images

    private mutating func add(
        _ node: YAMLNode, of owner: Owner, path: String, isVolume: Bool = false
    ) throws(ComposeError) {
        guard let scalar = node.scalar, scalar.resolved == .string else {
            throw ComposeError(
                "`\(owner.path).\(path)` is not text; put an image that looks like a number into quotes",
                at: node.position)
        }
        let text = try interpolated(scalar.text, at: node.position)
        try add(text, of: owner, path: path, isVolume: isVolume, at: node.position)
    }

    private mutating func add(
        _ text: String, of owner: Owner, path: String, isVolume: Bool = false, at position: YAMLPosition
    ) throws(ComposeError) {
        let path = "\(owner.path).\(path)"
        guard !text.isEmpty else { throw ComposeError("`\(path)` is empty, expected an image", at: position) }
        guard images.count < ComposeFile.maximumImages else {
            throw ComposeError("the file names more than \(ComposeFile.maximumImages) images, split it", at: position)
        }
        images.append(
            ComposeImage(
                text: text, service: owner.name, path: path, isVolume: isVolume, position: position))
    }

    private mutating func interpolated(_ text: String, at position: YAMLPosition) throws(ComposeError)
        -> String
    {
        var interpolation = Interpolation(text, variables: variables, at: position)
        let result = try interpolation.interpolated()
        for used in interpolation.defaults where toldDefaults.insert(used.name).inserted {
            note("`\(used.name)` is not given, its default \(quoted(used.value)) counts", at: position)
        }
        return result
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
