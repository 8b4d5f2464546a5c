import Foundation
import Testing

/// A real docker engine of one test, and a client with its own keys that trusts one notary server.
final class DockerEngine {
    private let scratch: Scratch
    private let process: RunningCommand
    private let environment: [String: String]

    /// Why there can be none on this machine; nil if there can. It was tried, if these tests were asked for at all.
    static let whyNot: String? = {
        guard NotaryPrograms.directory != nil else { return nil }
        guard Command.exists("dockerd"), Command.exists("docker") else { return "docker and dockerd are not installed" }
        do {
            _ = try DockerEngine(trusting: nil)
            return nil
        } catch { return "dockerd does not start here: \(error)" }
    }()

    static var notStarted: Comment { Comment(rawValue: whyNot ?? "") }

    init(trusting server: TrustServer?) throws {
        scratch = try Scratch()
        let socket = scratch.path + "/docker.sock"
        var environment = [
            "DOCKER_HOST": "unix://" + socket, "DOCKER_CONFIG": scratch.path + "/config", "HOME": scratch.path,
            "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE": "passphrase of the root",
            "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE": "passphrase of the repository",
        ]
        if let server {
            environment["DOCKER_CONTENT_TRUST_SERVER"] = server.address
            try scratch.write(
                Scratch.bytes(server.authority.certificate), to: "config/tls/127.0.0.1:\(server.port)/ca.crt")
        }
        self.environment = environment
        process = try RunningCommand(
            "dockerd",
            [
                "--data-root", scratch.path + "/data", "--exec-root", scratch.path + "/exec", "-H", "unix://" + socket,
                "--pidfile", scratch.path + "/docker.pid", "--iptables=false", "--ip6tables=false", "--bridge=none",
                "--storage-driver=vfs",
            ], scratch: scratch, name: "dockerd")
        let isReady = try eventually {
            try !process.isRunning || Command.run("docker", ["version"], environment: environment).status == 0
        }
        guard isReady, process.isRunning else {
            process.kill()
            throw CommandFailure(process.errors.split(separator: "\n").last.map(String.init) ?? "it says nothing")
        }
    }

    /// Asked to, it ends its containerd too and takes its mounts away.
    deinit {
        process.signal(SIGTERM)
        if !process.hasEnded(within: 20) { process.kill() }
    }

    /// What the client says. It is a failure unless it succeeds.
    @discardableResult
    func docker(_ arguments: String..., trusted: Bool = false, answering input: String = "") throws -> String {
        let command = try attempt(arguments, trusted: trusted, answering: input)
        guard command.status == 0 else {
            throw CommandFailure("docker \(arguments.joined(separator: " ")): \(command.output)\(command.errors)")
        }
        return command.output
    }

    /// - Parameter trusted: with `DOCKER_CONTENT_TRUST=1`.
    func attempt(_ arguments: [String], trusted: Bool, answering input: String = "") throws -> Command {
        try Command.run(
            "docker", arguments, input: Array(input.utf8), seconds: 60,
            environment: environment.merging(["DOCKER_CONTENT_TRUST": trusted ? "1" : "0"]) { _, new in new })
    }

    /// Where the client may put files.
    func path(_ name: String) -> String { scratch.path + "/" + name }
}
