import Foundation
import OCI

/// Somebody with keys who publishes by the notary client, in a trust folder of their own.
struct Publisher {
    let scratch: Scratch
    private let server: TrustServer
    private let name: String

    init(of name: String, at server: TrustServer) throws {
        (self.name, self.server) = (name, server)
        scratch = try Scratch()
    }

    /// What the client says. It is a failure unless it succeeds.
    @discardableResult
    func notary(_ arguments: [String], answering input: String = "") throws -> String {
        let command = try attempt(arguments, answering: input)
        guard command.status == 0 else {
            throw CommandFailure("notary \(arguments.joined(separator: " ")): \(command.output)\(command.errors)")
        }
        return command.output
    }

    func attempt(_ arguments: [String], answering input: String = "") throws -> Command {
        let passphrases = ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"].map {
            ("NOTARY_\($0)_PASSPHRASE", "passphrase of \($0)")
        }
        let environment = Dictionary(passphrases + [("HOME", scratch.path)]) { first, _ in first }
        return try Command.run(
            "notary", ["-s", server.address, "--tlscacert", server.authority.certificate, "-d", trust] + arguments,
            input: Array(input.utf8), environment: environment)
    }

    // MARK: - Words for what is done often

    func initialize() throws { try notary(["init", "-p", name]) }

    /// The server makes snapshots from now on, so that others than the owner can publish.
    func leaveSnapshotsToServer() throws { try notary(["key", "rotate", name, "snapshot", "-r"]) }

    /// To a new key, which the client wants to be told twice.
    func rotateRoot() throws { try notary(["key", "rotate", name, "root"], answering: "yes\n") }

    func sign(_ tag: String, _ image: PushedImage, as roles: [String] = []) throws {
        try notary(
            ["addhash", "-p", name, tag, "\(image.length)", "--sha256", image.digest.hexadecimal]
                + roles.flatMap { ["-r", $0] })
    }

    func remove(_ tag: String, as roles: [String] = []) throws {
        try notary(["remove", "-p", name, tag] + roles.flatMap { ["-r", $0] })
    }

    func delegate(_ role: String, to certificates: [String], paths: [String] = []) throws {
        let scope = paths.isEmpty ? ["--all-paths"] : ["--paths", paths.joined(separator: ",")]
        try notary(["delegation", "add", "-p", name, role] + certificates + scope)
    }

    /// A key that this publisher has from now on, for that role; its certificate's file.
    func generateKey(for role: String) throws -> String {
        let file = role.replacing("/", with: "-")
        let (key, certificate) = (scratch.path + "/\(file).key", scratch.path + "/\(file).crt")
        try PrivateAuthority.openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                + ["-subj", "/CN=\(file)", "-keyout", key, "-out", certificate])
        try notary(["key", "import", key, "--role", role])
        return certificate
    }

    /// The id of the first key in the trust folder, as the client names it.
    func keyID() throws -> String {
        let ids = try notary(["key", "list"]).matches(of: /\b[0-9a-f]{64}\b/).map { String($0.0) }
        guard let first = ids.first else { throw CommandFailure("there is no key") }
        return first
    }

    private var trust: String { scratch.path + "/trust" }
}
