import Cryptography
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("What the fields about the network change")
    struct NetworkConfigurationTests {
        private let release: PrivateKey

        init() throws {
            release = try PrivateKey.generate(.ecdsaP256)
        }

        /// Checks the signed image of `registry`, for which the policies and the configuration call it `name`.
        private func check(
            _ registry: RegistrySimulator, as name: String? = nil, environment: [String] = [],
            _ configure: (GateFiles, inout GateFiles.Settings) throws -> Void
        ) throws -> Command {
            let name = name ?? registry.authority
            let digest = registry.pushImage(to: Stage.path, tag: "1.0")
            registry.pushSignatures(
                [try Stage.signature(of: digest, in: name, by: release)], of: digest, to: Stage.path)
            var files = try GateFiles(registry: name, releaseKey: try release.publicKeyPEM)
            try configure(files, &files.settings)
            // A registry of another name is listed by the settings.
            try files.configure(registry: name == registry.authority ? name : "127.0.0.1:1", port: 0)
            return try Command.run(
                "env",
                environment + [
                    Program.path, "check", "--config", files.configuration, "-n", "prod-shop",
                    "\(name)/\(Stage.path):1.0",
                ])
        }

        @Test("`mirrors` are asked first: one that has something else under the tag has it refused")
        func mirrors() async throws {
            try await withRegistrySimulator { registry in
                try await withRegistrySimulator { mirror in
                    let listed = "{host: \"\(mirror.authority)\", insecureHTTP: true, privateAddress: allowed}"
                    mirror.push(manifest: Array("{}".utf8), to: "hub/\(Stage.path)", tag: "1.0")
                    let without = try check(registry) { _, settings in settings.registries = [listed] }
                    #expect(without.status == 0, "\(without.output)\(without.errors)")
                    #expect(mirror.requests.isEmpty)
                    let with = try check(registry) { _, settings in
                        settings.registries = [listed]
                        settings.registry = ["mirrors: [\"\(mirror.authority)/hub\"]"]
                    }
                    #expect(with.status == 1)
                    #expect(with.output.contains("[manifest-invalid]"), "\(with.output)")
                }
            }
        }

        @Test("`requestsPerMinute` bounds how often a registry is asked")
        func requestsPerMinute() async throws {
            try await withRegistrySimulator { registry in
                for (count, status) in [(5, Int32(0)), (2, 3)] {
                    let before = registry.requests.count
                    let checked = try check(registry) { _, settings in
                        settings.registry = ["requestsPerMinute: \(count)"]
                    }
                    #expect(checked.status == status, "\(checked.output)\(checked.errors)")
                    #expect(checked.output.contains("[registry-rate-limited]") == (status == 3), "\(checked.output)")
                    #expect(registry.requests.count - before == count)
                }
            }
        }

        @Test(
            "`proxy` is the way to registries, or `HTTPS_PROXY` if there is none; `exclude` and `NO_PROXY` go without")
        func proxy() async throws {
            let authority = try SimulatedAuthority()
            let certificate = try authority.certificate(for: ["registry.invalid"])
            try await withRegistrySimulator(certificate: certificate) { registry in
                try await withProxySimulator(destinations: ["registry.invalid:443": registry.port]) { proxy in
                    // Nobody resolves this name, so it is reached through the proxy or not at all.
                    func check(_ lines: [String], environment: [String] = [], lists: Bool = true) throws -> Command {
                        try self.check(registry, as: "registry.invalid", environment: environment) { files, settings in
                            try files.scratch.write(authority.certificatePEM, to: "ca.pem")
                            if lists { settings.registries = ["{host: registry.invalid, caFile: ca.pem}"] }
                            settings.specification = lines
                        }
                    }
                    let own = "proxy: {url: \"\(proxy.url)\"}"
                    let none = "http_proxy="
                    for (lines, environment, status) in [
                        ([own], [none], Int32(0)), ([], [none], 3), ([], ["HTTPS_PROXY=\(proxy.url)"], 0),
                        ([], ["HTTPS_PROXY=\(proxy.url)", "NO_PROXY=.invalid"], 3),
                        (["proxy: {url: \"\(proxy.url)\", exclude: [registry.invalid]}"], [none], 3),
                        // What is written down comes before what the environment says.
                        ([own], ["HTTPS_PROXY=http://127.0.0.1:1"], 0),
                        (["proxy: {url: \"http://127.0.0.1:1\"}"], ["HTTPS_PROXY=\(proxy.url)"], 3),
                    ] {
                        let clean = ["-u", "HTTPS_PROXY", "-u", "https_proxy", "-u", "NO_PROXY", "-u", "no_proxy"]
                        let checked = try check(lines, environment: clean + environment)
                        #expect(checked.status == status, "\(lines) \(environment): \(checked.output)\(checked.errors)")
                    }
                    let unlisted = try check([own], lists: false)
                    #expect(unlisted.status == 3)
                    #expect(unlisted.output.contains("[address-forbidden]"), "\(unlisted.output)")
                    let wrong = try check(["proxy: {url: \"socks5://proxy.example.com\"}"])
                    #expect(wrong.status == 2)
                    #expect(wrong.errors.contains("the proxy of the configuration"), "\(wrong.errors)")
                }
            }
        }

        @Test(
            "a credential helper of the Docker configuration is asked; `credentialHelpers.environment` is what it sees")
        func helpers() async throws {
            let authentication = SimulatedAuthentication.basic(user: "robot", password: "canary-secret")
            try await withRegistrySimulator(authentication: authentication) { registry in
                for (lines, status) in [(["credentialHelpers: {environment: [SECRET]}"], Int32(0)), ([], 3)] {
                    let programs = try Scratch()
                    let script = "#!/bin/sh\necho \"{\\\"Username\\\":\\\"robot\\\",\\\"Secret\\\":\\\"$SECRET\\\"}\"\n"
                    let file = try programs.write(script, to: "docker-credential-test")
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
                    let checked = try check(
                        registry, environment: ["PATH=\(programs.path):/usr/bin:/bin", "SECRET=canary-secret"]
                    ) { files, settings in
                        try files.scratch.write(#"{"credsStore":"test"}"#, to: "config.json")
                        settings.registry = ["credentials: {dockerConfig: config.json}"]
                        settings.specification = lines
                    }
                    #expect(checked.status == status, "\(checked.output)\(checked.errors)")
                    #expect(!(checked.output + checked.errors).contains("canary"))
                    if status == 3 { #expect(checked.output.contains("docker-credential-test"), "\(checked.output)") }
                }
            }
        }
    }
}
