import Cryptography
import Foundation
import OCI
import TestSupport
import Testing
import Timestamp

/// A registry that is its own notary server, as the docker client expects it, and a gate whose policies ask for Content
/// Trust in the namespace `trusted`.
final class TrustedRepository {
    let simulator: RegistrySimulator
    let files: GateFiles
    var notary: SimulatedNotary
    /// What the tag `signed` stands for at the registry.
    private(set) var digest: Digest

    /// `HOST:PORT/shop/cart`
    var name: String { "\(simulator.authority)/shop/cart" }

    init(_ simulator: RegistrySimulator) throws {
        self.simulator = simulator
        let now = Int64(Date().timeIntervalSince1970)
        let name = "\(simulator.authority)/shop/cart"
        notary = try SimulatedNotary(
            of: name,
            root: try .root(
                for: name, from: Instant(secondsSince1970: now - 60), to: Instant(secondsSince1970: now + 86_400)))
        digest = simulator.pushImage(to: "shop/cart", tag: "signed", content: "signed")
        simulator.pushImage(to: "shop/cart", tag: "unsigned", content: "unsigned")
        files = try GateFiles(registry: simulator.authority, releaseKey: try Stage.current().releaseKey)
        try files.scratch.write(try notary.root.keys[0].key.publicKeyPEM, to: "policies/root.pem")
        try files.scratch.write(
            TrustedRepository.policies.replacing("SERVER", with: "https://\(simulator.authority)"),
            to: "policies/trusted.yaml")
        notary.tags["signed"] = .init(sha256: digest.bytes)
        try notary.publish()
        serve(notary)
    }

    /// From now on this is what the server has.
    func serve(_ notary: SimulatedNotary) { simulator.publish(notary) }

    /// Signs one more tag.
    func signAnother(_ tag: String = "another", isPushed: Bool = true) throws {
        if isPushed { simulator.pushImage(to: "shop/cart", tag: tag, content: "signed") }
        notary.tags[tag] = .init(sha256: digest.bytes)
        try notary.publishNext()
        serve(notary)
    }

    /// What `dockgate check` says about a tag, or about `@DIGEST`.
    func check(
        _ tag: String, policies: String? = nil, environment: [String: String] = [:], _ options: String...
    ) throws -> Command {
        let image = name + (tag.hasPrefix("@") ? tag : ":\(tag)")
        let arguments = ["check", "--config", files.configuration, "-n", policies ?? "trusted", "-o", "plain", image]
        return try Command.run(Program.path, arguments + options, environment: environment)
    }

    func serve<Value>(_ body: (GateProcess) throws -> Value) throws -> Value {
        let gate = try GateProcess(files, registry: simulator.authority)
        let result = Result { try body(gate) }
        #expect(gate.end() == 0, "\(gate.log)")
        return try result.get()
    }

    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: released-tags}
        spec:
          contentTrust: {server: "SERVER", rootKeys: [{file: root.pem}]}
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: trusted}
        spec:
          match:
            namespaces: {names: [trusted]}
          checks:
            - {name: signed-tag, signature: {by: released-tags}}

        """
}

/// Runs `body` with a registry and notary server of its own.
func withTrustedRepository(_ body: (TrustedRepository) throws -> Void) async throws {
    try await withRegistrySimulator { simulator in try body(TrustedRepository(simulator)) }
}
