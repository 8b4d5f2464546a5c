/// The images that a Dockerfile names, read as BuildKit reads it (docs.docker.com/reference/dockerfile).
///
/// Named are: bases (`FROM`), images that something is copied or mounted from (`COPY --from=`, `RUN --mount=from=`), and
/// the front end that reads the file (`# syntax=`), which runs in the build. `ONBUILD` counts where a later stage begins
/// with its own. Stages of the file and `scratch` are no images. All stages count, whichever of them a build is asked for.
///
/// What two versions of the builder read differently, and what depends on something that is not known, is refused: an
/// image must not hide behind a text that is understood in two ways.
public struct Dockerfile: Sendable {
    /// In the order of the file.
    public let images: [BuildImage]
    /// What a person should know beside: defaults that counted, triggers that are not judged.
    public let notices: [DockerfileNotice]

    /// Dockerfiles are written by people; generated ones are below 100 KiB.
    public static let maximumBytes = 1 << 20
    /// As many as one request may bring. Each is a decision of its own.
    public static let maximumImages = 256

    /// Reads the file. `buildArguments` are those of `docker build --build-arg`: they count for what an `ARG` before the
    /// first `FROM` declares, for the builder's own arguments (`TARGETARCH`), and `BUILDKIT_SYNTAX` takes the place of
    /// `# syntax=`.
    ///
    /// Throws a `DockerfileError` with the line: for what is no Dockerfile, for a variable in an image's name whose value
    /// is not known, and for what is beyond the limits.
    public init(parsing bytes: [UInt8], buildArguments: [String: String] = [:]) throws(DockerfileError) {
        guard bytes.count <= Dockerfile.maximumBytes else {
            throw DockerfileError("is \(bytes.count) bytes long, at most \(Dockerfile.maximumBytes) are read", line: 1)
        }
        var reader = try InstructionReader(bytes)
        var collector = BuildImageCollector(
            arguments: BuildArguments(given: buildArguments), escape: reader.directives.escape)
        try collector.addFrontend(reader.directives.syntax, replacedBy: buildArguments["BUILDKIT_SYNTAX"])
        while let instruction = try reader.next() { try collector.add(instruction) }
        if let line = reader.firstHereDocument { try collector.checkHereDocument(line) }
        (images, notices) = try collector.finished(lastLine: reader.lineCount)
    }
}

/// An image that a Dockerfile names.
public struct BuildImage: Hashable, Sendable {
    /// The name, variables resolved. Whether it is one is not looked at.
    public let text: String
    /// What names it: `FROM`, `COPY --from`, `RUN --mount`, these behind `ONBUILD`, or `# syntax`.
    public let instruction: String
    /// Where that begins, from 1.
    public let line: Int
}

/// Something that a person should know, and that is no mistake.
public struct DockerfileNotice: Hashable, Sendable {
    public let line: Int
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String
}

/// Why a Dockerfile is refused, and where.
public struct DockerfileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; of an instruction of several lines, the first of them.
    public let line: Int
    /// Lower case, without full stop, the author's words in backticks.
    public let message: String

    init(_ message: String, line: Int) {
        self.message = message
        self.line = line
    }

    public var description: String { "line \(line): \(message)" }
}
