import ArgumentParser
import Compose
import OCI
import PolicyDocuments

/// How the files of `check -f` are to be read.
struct InputOptions: ParsableArguments {
    @Option(
        help: """
            What the files are: kubernetes, compose, dockerfile, oci-layout (a directory) or archive (of docker save, or an \
            OCI layout in a tar archive). Found out by name and content if it is not given.
            """)
    var kind: InputKind?

    @Option(
        name: .customLong("build-arg"),
        help: ArgumentHelp("A build argument for Dockerfiles; may be repeated.", valueName: "name=value"))
    var buildArguments: [String] = []

    @Option(
        name: .customLong("env-file"),
        help: ArgumentHelp(
            "A file with the variables of Compose files; may be repeated, a later one counts before an earlier one.",
            valueName: "file"), completion: .file())
    var environmentFiles: [String] = []

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The name by which the image of a layout or an archive is judged, instead of the names in it.",
            valueName: "name"))
    var imageName: String?

    func validate() throws {
        _ = try namedBuildArguments()
        guard let imageName else { return }
        do {
            guard try ImageReference(parsing: imageName).digest == nil else {
                throw ValidationError("--as takes a name without a digest: the digest is that of the bytes")
            }
        } catch let error as ReferenceError {
            throw ValidationError("--as: \(error)")
        }
    }

    /// By name; of two of one name the later one counts, as it does for `docker build`.
    func namedBuildArguments() throws(ValidationError) -> [String: String] {
        var arguments: [String: String] = [:]
        for argument in buildArguments {
            let name = argument.utf8.prefix { $0 != UInt8(ascii: "=") }
            let isName = name.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
            guard isName, !name.isEmpty, name.count < argument.utf8.count else {
                throw ValidationError("--build-arg `\(argument)` is not NAME=VALUE")
            }
            arguments[String(decoding: Array(name), as: UTF8.self)] = String(
                decoding: Array(argument.utf8.dropFirst(name.count + 1)), as: UTF8.self)
        }
        return arguments
    }

    /// What the environment files say.
    func variables() throws(UsageError) -> [String: String] {
        var variables: [String: String] = [:]
        for file in environmentFiles {
            do {
                let bytes = try FileSystemSource().read(file, limit: EnvironmentFile.maximumBytes)
                variables.merge(try EnvironmentFile(parsing: bytes).variables) { $1 }
            } catch let error as EnvironmentFileError {
                throw UsageError(error.message, at: "\(file):\(error.line)")
            } catch {
                throw UsageError("`\(file)` \(error)")
            }
        }
        return variables
    }
}
