import Compose
import Glibc
import ImageContents
import PolicyDocuments
import PolicyEngine
import YAMLDocument

/// A file of `check -f`, of whatever kind.
struct InputFile {
    let kind: InputKind
    let items: [Item]
    /// What a person should know beside, each with its place.
    let notices: [String]

    enum Item {
        case workload(Workload)
        case images(NamedImages)
    }

    /// Output of a chart is large and may use anchors, Compose files merge them; nothing of it is believed.
    private static func limits(_ mergeKeys: YAMLLimits.MergeKeys) -> YAMLLimits {
        YAMLLimits(
            maximumBytes: maximumBytes, maximumDocuments: 4_096, maximumDepth: 64, maximumNodes: 2_000_000,
            aliases: .expanded(budget: 100_000), mergeKeys: mergeKeys)
    }
    private static let maximumBytes = 16 << 20

    /// Reads a file, a directory, or standard input for `-`. Refuses what is of no kind that is read, and what names no
    /// image where that is what it is for.
    ///
    /// - Parameters:
    ///   - files: all that are read.
    ///   - placeholders: exact words that stand for an image in a template of Kubernetes.
    ///   - isForServer: whether a running gate is asked, which takes no layouts.
    ///   - deadline: until when it must be read: a layout may be large, and a pipe slow.
    init(
        reading path: String, among files: [String], _ options: InputOptions, placeholders: [String],
        isForServer: Bool, deadline: ContinuousClock.Instant
    ) throws {
        let name = path == "-" ? "stdin" : path
        if options.kind == .ociLayout || options.kind == nil && LayoutInput.isDirectory(path) {
            guard !isForServer else { throw InputFile.notForServer(name) }
            self = try LayoutInput(directory: path, deadline: deadline).input(options)
            return
        }
        var stream = try ByteStream(path, name: name, deadline: deadline)
        let start = try stream.read(512)
        if options.kind == nil || options.kind == .archive, let format = InputFile.compression(start) {
            throw UsageError("`\(name)` is compressed with \(format): unpack it first, `-f -` takes it from a pipe")
        }
        if options.kind == .archive || options.kind == nil && ImageArchive.isRecognized(start) {
            guard !isForServer else { throw InputFile.notForServer(name) }
            self = try LayoutInput(archive: &stream, after: start, name: name).input(options)
            return
        }
        let bytes = try stream.readAll(after: start, limit: InputFile.maximumBytes)
        switch options.kind {
        case nil where InputKind.isDockerfile(path, bytes), .dockerfile?:
            self = try InputFile(dockerfile: bytes, name, options)
        default:
            self = try InputFile(documents: bytes, name, files, options, placeholders)
        }
    }

    init(_ kind: InputKind, _ items: [Item], notices: [String]) {
        (self.kind, self.items, self.notices) = (kind, items, notices)
    }

    // MARK: - Text

    private init(dockerfile bytes: [UInt8], _ name: String, _ options: InputOptions) throws {
        let dockerfile: Dockerfile
        let arguments = try options.namedBuildArguments()
        do throws(DockerfileError) {
            dockerfile = try Dockerfile(parsing: bytes, buildArguments: arguments)
        } catch {
            throw UsageError(error.message, at: "\(name):\(error.line)")
        }
        var notices = dockerfile.notices.map { "\(name):\($0.line): warning: \($0.message)" }
        if dockerfile.images.isEmpty { notices.append("\(name): warning: names no image, so none is judged") }
        self.init(.dockerfile, [.images(NamedImages(dockerfile, in: name))], notices: notices)
    }

    private init(
        documents bytes: [UInt8], _ name: String, _ files: [String], _ options: InputOptions, _ placeholders: [String]
    ) throws {
        let json = JSONObjects(bytes, limits: InputFile.limits(.applied))?.documents
        let documents = try json ?? InputFile.documents(bytes, name, .applied)
        let isCompose = try options.kind == nil && InputKind.isCompose(documents, in: name)
        if options.kind == .compose || isCompose {
            try self.init(compose: documents, name, files, options)
        } else {
            // Compose reads `<<` as YAML says, and `kubectl` does not.
            let mayMerge = json == nil && bytes.hasPair(of: "<")
            let objects = mayMerge ? try InputFile.documents(bytes, name, .appliedIfUnambiguous) : documents
            let manifests = try ManifestFile(objects, of: name, placeholders: placeholders)
            self.init(.kubernetes, manifests.workloads.map(Item.workload), notices: manifests.notices)
        }
    }

    private static func documents(
        _ bytes: [UInt8], _ name: String, _ mergeKeys: YAMLLimits.MergeKeys
    ) throws(UsageError) -> [YAMLNode] {
        do throws(YAMLError) {
            return try YAMLStream.parse(bytes, limits: limits(mergeKeys))
        } catch {
            // What a template is made of, as a rule, is what YAML stumbles over.
            let cure =
                bytes.hasPair(of: "{")
                ? "; if this is a template that was not rendered: `helm template CHART | dockgate check -f -` renders it"
                : ""
            throw UsageError(error.message + cure, at: "\(name):\(error.line):\(error.column)")
        }
    }

    private init(
        compose documents: [YAMLNode], _ name: String, _ files: [String], _ options: InputOptions
    ) throws {
        guard let root = documents.first else { throw UsageError("no `services` in `\(name)`: it is empty") }
        guard documents.count == 1 else {
            throw UsageError(
                "a Compose file of several documents is not read, expected one", at: "\(name):\(documents[1].line)")
        }
        let compose: ComposeFile
        let variables = try options.variables()
        do throws(ComposeError) {
            compose = try ComposeFile(root, variables: variables)
        } catch {
            throw UsageError(error.message, at: "\(name):\(error.position.line):\(error.position.column)")
        }
        var notices = compose.notices.map {
            "\(name):\($0.position.line):\($0.position.column): warning: \($0.message)"
        }
        if !compose.defaultedVariables.isEmpty, options.environmentFiles.isEmpty,
            let file = InputFile.firstFile([".env"], beside: name)
        {
            notices.append("\(name): warning: `\(file)` is not read: give it with --env-file if it counts")
        }
        if InputFile.isFoundByCompose(name), let file = InputFile.firstFile(InputFile.overrides, beside: name),
            !files.contains(file)
        {
            notices.append(
                "\(name): warning: `\(file)` is not read, which Compose puts over this file: check it as well")
        }
        // Like a chart that rendered nothing, it must not look as if all of its images were allowed.
        guard !compose.images.isEmpty else {
            throw UsageError(
                lines: notices + ["error: no service in `\(name)` names an image, so there is none to judge"])
        }
        self.init(.compose, [.images(NamedImages(compose, in: name))], notices: notices)
    }

    /// It would be told names and digests, and not that the bytes were looked at.
    private static func notForServer(_ name: String) -> UsageError {
        UsageError(
            "`\(name)` is an image layout or an archive, and --server is not asked about those: check it with --config or"
                + " --policies")
    }

    /// What Compose puts over a file that it found by its name, the first that is there.
    private static let overrides = ["compose", "docker-compose"].flatMap {
        ["\($0).override.yml", "\($0).override.yaml"]
    }

    private static func isFoundByCompose(_ path: String) -> Bool {
        let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
        return ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"].contains { name == $0 }
    }

    private static func firstFile(_ names: [String], beside path: String) -> String? {
        let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
        return names.map { directory + $0 }.first { access($0, F_OK) == 0 }
    }

    /// The name of the format, by its magic number. A tar archive may begin with that of a frame that zstd skips (RFC 8878,
    /// 3.1.2): runtimes would unpack what is behind it, and not what is seen here.
    private static func compression(_ start: [UInt8]) -> String? {
        if start.count > 4, start[0] & 0xF0 == 0x50, start[1..<4].elementsEqual([0x2A, 0x4D, 0x18]) { return "zstd" }
        let formats: [(name: String, magic: [UInt8])] = [
            ("gzip", [0x1F, 0x8B]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
            ("bzip2", [0x42, 0x5A, 0x68]),
        ]
        return formats.first { start.starts(with: $0.magic) }?.name
    }
}

extension [UInt8] {
    /// Whether the character stands there twice in a row.
    fileprivate func hasPair(of character: Unicode.Scalar) -> Bool {
        let byte = UInt8(ascii: character)
        return indices.dropLast().contains { self[$0] == byte && self[$0 + 1] == byte }
    }
}
