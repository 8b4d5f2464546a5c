import Foundation
import OCI
import TestSupport
import Testing
import Timestamp

/// A registry, a Sigstore whose trusted root lies at a mirror, and an image that it signed. The mirror is a folder of the
/// registry's own server: `/tuf`.
final class MirroredGate {
    let simulator: RegistrySimulator
    let files: GateFiles
    let image: String
    var repository: SimulatedTUFRepository
    private let sigstore: SigstoreSimulator

    /// Signed by nobody; its namespace asks for no signature of the mirror's attestors.
    var unsigned: String { "\(simulator.authority)/shop/web:plain" }

    init(_ simulator: RegistrySimulator) throws {
        self.simulator = simulator
        var sigstore = try SigstoreSimulator()
        let digest = simulator.pushImage(to: "shop/web", tag: "1.0", content: "signed")
        simulator.pushImage(to: "shop/web", tag: "plain", content: "plain")
        let manifest = try #require(simulator.manifest("\(digest)", of: "shop/web"))
        let layer = try #require(try sigstore.sign(manifest, .signatureLayer()).layer)
        let annotations = layer.annotations.filter { $0.key != SimulatedLayer.signatureKey }
        simulator.pushSignatures(
            [
                SimulatedSignature(
                    payload: layer.blob, signature: layer.annotations[SimulatedLayer.signatureKey] ?? "",
                    annotations: annotations.map { ($0.key, $0.value) })
            ], of: digest, to: "shop/web")
        self.sigstore = sigstore
        image = "\(simulator.authority)/shop/web:1.0"
        repository = try SimulatedTUFRepository()
        repository.content = ["trusted_root.json": try sigstore.trustedRoot.json.bytes]
        files = try GateFiles(registry: simulator.authority, releaseKey: try Stage.current().releaseKey)
        try files.scratch.write(repository.pinnedRoot, to: "policies/root.json")
        try files.scratch.write(
            ["workflow", "other-workflow"].map(attestor).joined() + MirroredGate.policies, to: "policies/mirror.yaml")
    }

    /// Publishes what `repository` holds now, as its next version.
    func publish() throws {
        try repository.publishNext()
        simulator.serve(repository.files, under: "/tuf")
    }

    /// Publishes the trusted root of another Sigstore.
    func publishOther() throws {
        repository.content["trusted_root.json"] = try SigstoreSimulator().trustedRoot.json.bytes
        try publish()
    }

    /// Publishes the trusted root by which the image is signed.
    func publishOwn() throws {
        repository.content["trusted_root.json"] = try sigstore.trustedRoot.json.bytes
        try publish()
    }

    /// From now on nobody answers at the mirror.
    func takeAway() { simulator.script(ScriptedFault("/tuf", do: .close)) }

    /// How often it was asked what is current.
    var askedTimes: Int { simulator.requests.count { $0.target == "/tuf/timestamp.json" } }

    /// Runs `body` with a gate, which must end orderly.
    func serve<Value>(_ body: (GateProcess) throws -> Value) throws -> Value {
        let gate = try GateProcess(files, registry: simulator.authority)
        let result = Result { try body(gate) }
        #expect(gate.end() == 0, "\(gate.log)")
        return try result.get()
    }

    /// A time so many seconds from now, as metadata has it.
    static func time(in seconds: Int) -> String {
        Instant(secondsSince1970: Int64(Date().timeIntervalSince1970) + Int64(seconds)).rfc3339InSeconds
    }

    private func attestor(_ name: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: \(name)}
        spec:
          cosign:
            keyless:
              trustedRoot: {tuf: {mirror: "\(simulator.origin)/tuf", root: root.json}}
              identities:
                - issuer: https://token.actions.githubusercontent.com
                  subject: https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main
            identity: ignore
        ---

        """
    }

    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: mirrored}
        spec:
          match:
            namespaces: {names: [mirrored]}
          checks:
            - {name: first, signature: {by: workflow}}
            - {name: second, signature: {by: other-workflow}}

        """
}

extension GateProcess {
    func ask(_ image: String, in namespace: String = "mirrored") throws -> AdmissionAnswer {
        try ask(.pod(image, in: namespace))
    }

    /// `/readyz?verbose`, of a gate that is in service.
    func readiness() throws -> String {
        let command = try Command.run("curl", curl + ["-f", origin + "/readyz?verbose"])
        #expect(command.status == 0, "\(command.output)")
        return command.output
    }
}

/// Runs `body` with a mirror of its own.
func withMirroredGate(_ body: (MirroredGate) throws -> Void) async throws {
    try await withRegistrySimulator { simulator in try body(MirroredGate(simulator)) }
}
