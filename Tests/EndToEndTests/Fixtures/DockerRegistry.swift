import Foundation
import OCI
import TestSupport

/// Debian's docker-registry on loopback. Images come from `scripts/tiny-image`, which shares no code with Dockgate.
final class DockerRegistry {
    let authority: String
    private let scratch: Scratch
    private let process: RunningCommand

    static var isInstalled: Bool { ["docker-registry", "python3", "openssl"].allSatisfy(Command.exists) }

    init() throws {
        scratch = try Scratch()
        authority = "127.0.0.1:\(try FreePort.any())"
        let configuration = """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: "\(scratch.path)/registry"}}
            http: {addr: "\(authority)", secret: test}

            """
        process = try RunningCommand(
            "docker-registry", ["serve", try scratch.write(configuration, to: "registry.yml")], scratch: scratch,
            name: "registry")
        let isReady = try eventually {
            try Command.run("curl", ["-fsS", "--max-time", "2", "http://\(authority)/v2/"]).status == 0
        }
        guard isReady else {
            process.kill()
            throw CommandFailure("docker-registry did not become ready: \(process.errors)")
        }
    }

    func push(_ path: String, tag: String, content: String? = nil) throws -> Digest {
        let answer = try tinyImage("push", "\(authority)/\(path):\(tag)", "--text", content ?? tag)
        return try Digest(parsing: answer.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    func sign(_ digest: Digest, in path: String, keyFile: String) throws {
        _ = try tinyImage("sign", "\(authority)/\(path)@\(digest)", "--key", keyFile)
    }

    func copySignature(of digest: Digest, in path: String, to other: Digest) throws {
        _ = try tinyImage("copy-signature", "\(authority)/\(path)@\(digest)", "--to", other.description)
    }

    /// Where whatever else is to be pulled can be put.
    var storage: RegistryStorage { RegistryStorage(directory: scratch.path + "/registry") }

    func stop() { process.kill() }

    private func tinyImage(_ arguments: String...) throws -> String {
        let command = try Command.run("python3", [Program.package + "/scripts/tiny-image"] + arguments)
        guard command.status == 0 else { throw CommandFailure("tiny-image: \(command.errors)") }
        return command.output
    }
}
