import Foundation

/// The files of one gate: policies, key, certificates and configuration, in a directory of their own.
struct GateFiles {
    let scratch: Scratch
    /// What the configuration says beside the least.
    var settings = Settings()

    /// YAML that is put where it belongs in the configuration.
    struct Settings {
        /// Fields of `spec`, a line each.
        var specification: [String] = []
        /// More fields of `listen`.
        var listen: [String] = []
        /// More fields of the registry.
        var registry: [String] = []
        /// More registries.
        var registries: [String] = []
    }

    /// - Parameter registry: `host:port` of the registry that the policies trust.
    init(registry: String, releaseKey: [UInt8]) throws {
        scratch = try Scratch()
        try scratch.write(releaseKey, to: "policies/release.pub")
        try scratch.write(GateFiles.policies.replacing("REGISTRY", with: registry), to: "policies/gate.yaml")
        let made = try Program.run(
            "certs", "create", "--directory", path("certs"), "--host", "127.0.0.1", "--host", "localhost")
        guard made.status == 0 else { throw CommandFailure("certs create: \(made.errors)") }
        try configure(registry: registry, port: 0)
    }

    var policies: String { path("policies") }
    var audit: String { path("audit") }
    var configuration: String { path("gate.yaml") }
    var authority: String { path("certs/ca.crt") }

    func path(_ name: String) -> String { scratch.path + "/" + name }

    func configure(registry: String, port: Int) throws {
        // A check needs no listener; port 0 is none.
        let listen =
            port == 0
            ? ""
            : "listen: {"
                + ([
                    "address: \"127.0.0.1:\(port)\"", "certificate: {file: certs/tls.crt}",
                    "key: {file: certs/tls.key}",
                ]
                + settings.listen).joined(separator: ", ") + "}"
        let own = ["host: \"\(registry)\"", "insecureHTTP: true", "privateAddress: allowed"] + settings.registry
        let registries = (["{\(own.joined(separator: ", "))}"] + settings.registries).joined(separator: ", ")
        try scratch.write(
            """
            apiVersion: dockgate.dev/v1
            kind: GateConfiguration
            metadata: {name: test}
            spec:
              policies: {directory: policies}
              \(listen)
              registries: [\(registries)]
              audit: {directory: audit}
              \(settings.specification.joined(separator: "\n  "))

            """, to: "gate.yaml")
    }

    /// Everywhere images come from the registry; in `prod-*` the release key has signed them.
    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: release-key}
        spec:
          cosign:
            keys: [{file: release.pub}]
            transparencyLog: notRequired
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: known-registry}
        spec:
          enforcement: deny
          checks:
            - name: source
              trustedRegistries: ["REGISTRY/**"]
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: signed-production}
        spec:
          enforcement: deny
          match:
            namespaces: {names: ["prod-*"]}
          checks:
            - name: signed-by-release
              signature: {by: release-key}
              message: release it through the pipeline

        """
}

extension Scratch {
    /// A configuration that says no more than how a registry on loopback is asked; its path.
    func configuration(of registry: String) throws -> String {
        try write(
            """
            apiVersion: dockgate.dev/v1
            kind: GateConfiguration
            metadata: {name: test}
            spec:
              policies: {directory: policies}
              registries: [{host: "\(registry)", insecureHTTP: true, privateAddress: allowed}]
              audit: {directory: audit}

            """, to: "gate.yaml")
    }
}
