/// Goes through the instructions of a Dockerfile and keeps the images that they name.
struct BuildImageCollector {
    private var arguments: BuildArguments
    private let escape: UInt8
    private var images: [BuildImage] = []
    private var notices: [DockerfileNotice] = []
    private var stages = BuildStages()
    private var frontend: Frontend?
    /// What `COPY --from=` names that is no stage before it.
    private var sources: [BuildImage] = []
    /// What `RUN --mount=from=` names, which may be a stage that begins later.
    private var mounts: [BuildImage] = []
    /// What `ONBUILD` names, by the stage that it is for.
    private var triggers: [(stage: Int, line: Int, sources: [BuildImage])] = []
    /// Names whose default was told already.
    private var toldDefaults: Set<String> = []

    private static let keywords: Set<String> = [
        "add", "arg", "cmd", "copy", "entrypoint", "env", "expose", "from", "healthcheck", "label", "maintainer",
        "onbuild", "run", "shell", "stopsignal", "user", "volume", "workdir",
    ]

    init(arguments: BuildArguments, escape: UInt8) {
        self.arguments = arguments
        self.escape = escape
    }

    /// The image that the builder runs to read the file.
    mutating func addFrontend(
        _ directive: (image: String, line: Int)?, replacedBy argument: String?
    ) throws(DockerfileError) {
        let replacement = argument.map(ParserDirectives.firstWord).flatMap { $0.isEmpty ? nil : $0 }
        guard let image = replacement ?? directive?.image else { return }
        let frontend = Frontend(image: image, line: directive?.line ?? 1)
        self.frontend = frontend
        try add(BuildImage(text: image, instruction: "# syntax", line: frontend.line))
        guard !frontend.isKnown else { return }
        notices.append(
            DockerfileNotice(
                line: frontend.line,
                message: "the front end \(quoted(image.utf8)) may read this file otherwise than it is read here"))
    }

    /// Throws if the front end would not take the here-document on `line` for one.
    func checkHereDocument(_ line: Int) throws(DockerfileError) {
        guard let frontend, !frontend.knowsHereDocuments else { return }
        throw DockerfileError(
            "the front end \(quoted(frontend.image.utf8)) is of before 1.4 and takes the lines of this here-document for"
                + " instructions", line: line)
    }

    mutating func add(_ instruction: Instruction) throws(DockerfileError) {
        guard BuildImageCollector.keywords.contains(instruction.keyword) else {
            throw DockerfileError(
                "\(quoted(instruction.keyword.utf8)) is no instruction of a Dockerfile", line: instruction.line)
        }
        switch instruction.keyword {
        case "from": try addBase(instruction)
        case "arg" where stages.count == 0: try arguments.declare(instruction, escape: escape)
        case _ where stages.count == 0:
            throw DockerfileError(
                "`\(instruction.keyword.uppercased())` stands before the first `FROM`, where only `ARG` may",
                line: instruction.line)
        case "copy": try addSource(instruction)
        case "run": try addMounts(instruction)
        case "onbuild": try addTrigger(instruction)
        default: break
        }
    }

    /// All images in the order of the file. Throws if it has no stage.
    mutating func finished(lastLine: Int) throws(DockerfileError) -> ([BuildImage], [DockerfileNotice]) {
        guard stages.count > 0 else { throw DockerfileError("there is no `FROM` in this file", line: lastLine) }
        for source in sources {
            guard !stages.contains(source.text) else {
                throw DockerfileError(
                    "\(quoted(source.text.utf8)) is this stage or one that begins later, expected one before it or an image",
                    line: source.line)
            }
            try add(source)
        }
        for mount in mounts where !isBuilt(mount.text) { try add(mount) }
        for trigger in triggers { try addSources(of: trigger) }
        let ordered = images.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        return (ordered.map(\.element), notices.sorted { $0.line < $1.line })
    }

    private mutating func add(_ image: BuildImage) throws(DockerfileError) {
        guard images.count < Dockerfile.maximumImages else {
            throw DockerfileError("names more than \(Dockerfile.maximumImages) images, split it", line: image.line)
        }
        images.append(image)
    }

    // MARK: - FROM

    private mutating func addBase(_ instruction: Instruction) throws(DockerfileError) {
        let flags = InstructionFlags(instruction.text)
        if let other = flags.flags.first(where: { $0.name != "platform" }) {
            throw DockerfileError(
                "`FROM` has no flag \(quoted("--\(other.name)".utf8)), expected `--platform` or an image",
                line: instruction.line)
        }
        try checkValues(of: flags, instruction.line)
        let words = flags.rest.split(whereSeparator: \.isDockerfileSpace)
        guard let first = words.first, words.count == 1 || words.count == 3 else {
            throw DockerfileError(
                "`FROM` takes an image, or an image, `AS` and a name for the stage; a comment has a line of its own",
                line: instruction.line)
        }
        let name = words.count == 3 ? try stageName(words, instruction.line) : nil
        let base = try expanded(first, instruction.line)
        if !isBuilt(base) { try add(BuildImage(text: base, instruction: "FROM", line: instruction.line)) }
        stages.begin(name, with: base)
    }

    private func stageName(_ words: [ArraySlice<UInt8>], _ line: Int) throws(DockerfileError) -> [UInt8] {
        guard words[1].map(\.lowerCasedASCII).elementsEqual("as".utf8) else {
            throw DockerfileError("found \(quoted(words[1])) behind the image, expected `AS`", line: line)
        }
        let name = words[2].map(\.lowerCasedASCII)
        let isValid = name.enumerated().allSatisfy { index, byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || index > 0 && (byte.isNamePart || "-.".utf8.contains(byte))
        }
        guard isValid else {
            throw DockerfileError(
                "\(quoted(words[2])) is no name of a stage, expected a letter, and letters, digits, `-`, `_` and `.` behind it",
                line: line)
        }
        return name
    }

    private mutating func expanded(_ word: ArraySlice<UInt8>, _ line: Int) throws(DockerfileError) -> String {
        var expansion = WordExpansion(word, arguments, escape: escape, line: line)
        let text = try expansion.expanded()
        guard !text.isEmpty else {
            throw DockerfileError("\(quoted(word)) stands for nothing, expected an image", line: line)
        }
        for used in expansion.defaults where toldDefaults.insert(used.name).inserted {
            notices.append(
                DockerfileNotice(
                    line: line, message: "`\(used.name)` is not given, its default \(quoted(used.value.utf8)) counts"))
        }
        return text
    }

    // MARK: - COPY, RUN, ONBUILD

    private mutating func addSource(_ instruction: Instruction) throws(DockerfileError) {
        guard let source = try copySource(InstructionFlags(instruction.text), instruction.line) else { return }
        guard let index = Int(source) else {
            guard !stages.containsBeforeCurrent(source), !isScratch(source) else { return }
            return sources.append(BuildImage(text: source, instruction: "COPY --from", line: instruction.line))
        }
        guard index >= 0, index < stages.count - 1 else {
            throw DockerfileError(
                "there is no stage \(index) before this one; stages count from 0", line: instruction.line)
        }
    }

    private mutating func addMounts(_ instruction: Instruction) throws(DockerfileError) {
        for source in try mountSources(InstructionFlags(instruction.text), instruction.line) {
            mounts.append(BuildImage(text: source, instruction: "RUN --mount", line: instruction.line))
        }
    }

    /// What `--from` says; nil without one, and for an empty one, which is the build's own files.
    private func copySource(_ instruction: InstructionFlags, _ line: Int) throws(DockerfileError) -> String? {
        try checkValues(of: instruction, line)
        let values = instruction.flags.filter { $0.name == "from" }.compactMap(\.value)
        guard values.count <= 1 else { throw DockerfileError("`--from` is given twice, expected it once", line: line) }
        guard let value = values.first, !value.isEmpty else { return nil }
        return try plain(value, of: "COPY --from", line)
    }

    /// Without its value a flag may take the next word for it, and what follows is no flag here and one to the builder.
    private func checkValues(of instruction: InstructionFlags, _ line: Int) throws(DockerfileError) {
        guard let flag = instruction.flags.first(where: { $0.value == nil && !["link", "parents"].contains($0.name) })
        else { return }
        let name = "--\(flag.name)"
        throw DockerfileError(
            "\(quoted(name.utf8)) has no value, expected it behind a `=` such as in `--from=build`", line: line)
    }

    private func mountSources(_ instruction: InstructionFlags, _ line: Int) throws(DockerfileError) -> [String] {
        try checkValues(of: instruction, line)
        var sources: [String] = []
        for value in instruction.flags.filter({ $0.name == "mount" }).compactMap(\.value) {
            let found = try BuildImageCollector.mountSources(value, line)
            guard found.count <= 1 else { throw DockerfileError("a mount has two `from`, expected one", line: line) }
            guard let source = found.first, !source.isEmpty else { continue }
            sources.append(try plain(source, of: "RUN --mount=from", line))
        }
        return sources
    }

    /// The values of `from` in `type=bind,from=IMAGE,…`.
    private static func mountSources(_ value: [UInt8], _ line: Int) throws(DockerfileError) -> [[UInt8]] {
        guard !value.contains(UInt8(ascii: "\"")) else {
            throw DockerfileError("a mount has quotes in it, expected `NAME=VALUE` with commas between", line: line)
        }
        return value.split(separator: UInt8(ascii: ",")).compactMap { field in
            let key = field.prefix { $0 != UInt8(ascii: "=") }
            guard key.map(\.lowerCasedASCII).elementsEqual("from".utf8), key.count < field.count else { return nil }
            return Array(field.dropFirst(key.count + 1))
        }
    }

    /// The builder replaces no variables there.
    private func plain(_ value: [UInt8], of place: String, _ line: Int) throws(DockerfileError) -> String {
        guard !value.contains(where: { "$'\"\\`".utf8.contains($0) }) else {
            throw DockerfileError(
                "`\(place)` is \(quoted(value)), and takes neither variables nor quotes; name a stage `FROM … AS …` and use that",
                line: line)
        }
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func addTrigger(_ instruction: Instruction) throws(DockerfileError) {
        let trigger = InstructionFlags(instruction.text).rest
        let word = trigger.prefix { !$0.isDockerfileSpace }
        let keyword = String(decoding: word.map(\.lowerCasedASCII), as: UTF8.self)
        guard BuildImageCollector.keywords.contains(keyword), !["onbuild", "from", "maintainer"].contains(keyword)
        else {
            throw DockerfileError("\(quoted(word)) is no trigger for `ONBUILD`", line: instruction.line)
        }
        let flags = InstructionFlags(Array(trigger.dropFirst(word.count)))
        let (name, texts): (String, [String]) =
            switch keyword {
            case "copy": ("ONBUILD COPY --from", try copySource(flags, instruction.line).map { [$0] } ?? [])
            case "run": ("ONBUILD RUN --mount", try mountSources(flags, instruction.line))
            default: ("", [])
            }
        guard !texts.isEmpty else { return }
        let sources = texts.map { BuildImage(text: $0, instruction: name, line: instruction.line) }
        triggers.append((stages.count - 1, instruction.line, sources))
    }

    /// A trigger runs in the builds on top of the image, where its names may be other stages; and in this one, if a later
    /// stage begins with its own.
    private mutating func addSources(
        of trigger: (stage: Int, line: Int, sources: [BuildImage])
    ) throws(DockerfileError) {
        guard stages.isBase(trigger.stage) else {
            return notices.append(
                DockerfileNotice(
                    line: trigger.line,
                    message:
                        "what this trigger copies or mounts from is not judged: it runs in builds on top of this image"
                ))
        }
        for source in trigger.sources where !isBuilt(source.text) {
            if source.instruction == "ONBUILD COPY --from", Int(source.text) != nil { continue }
            try add(source)
        }
    }

    private func isBuilt(_ name: String) -> Bool { stages.contains(name) || isScratch(name) }

    /// The empty image, which no registry holds.
    private func isScratch(_ name: String) -> Bool { name.utf8.elementsEqual("scratch".utf8) }
}
