import Foundation
import OCI
import StrictJSON
import Trust

/// The same rules by the program itself: `dockgate check`, which remembers nothing from one image to the next.
struct CheckedGate {
    private let world: World
    private let scratch: Scratch

    init(_ world: World, _ rules: Rules) throws {
        self.world = world
        scratch = try Scratch()
        try scratch.write(Scratch.bytes(world.server.authority.certificate), to: "ca.crt")
        for (index, key) in rules.rootKeys.enumerated() { try scratch.write(key, to: "policies/root-\(index).pem") }
        try scratch.write(CheckedGate.policies(rules, server: world.server.address), to: "policies/gate.yaml")
        let server = "127.0.0.1:\(world.server.port)"
        try scratch.write(
            """
            apiVersion: dockgate.dev/v1
            kind: GateConfiguration
            metadata: {name: test}
            spec:
              policies: {directory: policies}
              registries:
                - {host: "\(world.registry.authority)", insecureHTTP: true, privateAddress: allowed}
                - {host: "\(server)", caFile: ca.crt, privateAddress: allowed}
              audit: {directory: audit}

            """, to: "gate.yaml")
    }

    func verdict(_ tag: String) throws -> CheckedVerdict { try check("\(world.name):\(tag)") }
    func verdict(_ image: PushedImage) throws -> CheckedVerdict { try check("\(world.name)@\(image.digest)") }

    private func check(_ image: String) throws -> CheckedVerdict {
        let command = try Program.run("check", "--config", scratch.path + "/gate.yaml", "-o", "json", image)
        let found = try? JSONDocument(parsing: Array(command.output.utf8)).root["images"]?.elements.first { _ in true }
        guard [0, 1, 3].contains(command.status), let found else {
            throw CommandFailure("dockgate check ended with \(command.status): \(command.output)\(command.errors)")
        }
        return CheckedVerdict(status: command.status, reason: found["reason"]?.string)
    }

    private static func policies(_ rules: Rules, server: String) -> String {
        let files = rules.rootKeys.indices.map { "{file: root-\($0).pem}" }.joined(separator: ", ")
        let signers: String
        switch rules.signers {
        case .releases: signers = ""
        case .allOf(let names): signers = "signers: {allOf: [\(names.joined(separator: ", "))]}"
        case .anyOf(let names): signers = "signers: {anyOf: [\(names.joined(separator: ", "))]}"
        }
        return """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: content-trust}
            spec:
              contentTrust:
                server: \(server)
                rootKeys: [\(files)]
                \(signers)
            ---
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: signed}
            spec:
              enforcement: deny
              checks:
                - name: by-content-trust
                  signature: {by: content-trust}

            """
    }
}

/// Exit code and reason, which nobody else needs to interpret.
struct CheckedVerdict: Equatable {
    let status: Int32
    let reason: String?

    static let allowed = CheckedVerdict(status: 0, reason: nil)
    static func denied(_ reason: ReasonCode) -> CheckedVerdict { .init(status: 1, reason: reason.rawValue) }
    static func undetermined(_ reason: ReasonCode) -> CheckedVerdict { .init(status: 3, reason: reason.rawValue) }
}
