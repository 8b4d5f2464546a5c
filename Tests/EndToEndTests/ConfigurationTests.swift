import Cryptography
import Foundation
import TestSupport
import Testing
import Timestamp

extension EndToEnd {
    @Suite("What each field of the configuration changes")
    struct ConfigurationTests {
        // MARK: - The gate

        @Test("`mode: observe` lets in what `enforce` refuses, and `audit list` tells what it would have refused")
        func mode() throws {
            for (mode, isAllowed, word) in [("enforce", false, "DENY"), ("observe", true, "OBSERVE")] {
                try withGate(settings: .init(specification: ["mode: \(mode)"])) { gate, stage in
                    let answers = try [gate.ask(.pod(stage.signed)), gate.ask(.pod(stage.unsigned))]
                    #expect(answers.map(\.isAllowed) == [true, isAllowed])
                    let arguments = ["audit", "list", "--directory", gate.files.audit]
                    let all = try Command.run(Program.path, arguments)
                    #expect(all.outputLines.map { $0.contains("  \(word)") } == [true, false], "\(all.output)")
                    let denied = try Command.run(Program.path, arguments + ["--denied"])
                    #expect(denied.outputLines.map { $0.contains("  \(word)") } == [true], "\(denied.output)")
                }
            }
        }

        @Test("`notVouched` says what happens to an image that nobody vouches for")
        func notVouched() throws {
            let stage = try Stage.current()
            var files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: no-latest}
                spec:
                  checks: [{tags: {deny: [latest]}}]

                """, to: "policies/gate.yaml")
            for (settings, status, word) in [
                ([], Int32(1), "DENY"), (["notVouched: deny"], 1, "DENY"), (["notVouched: warn"], 0, "WARN"),
                (["notVouched: audit"], 0, "ALLOW"),
            ] {
                files.settings.specification = settings
                try files.configure(registry: stage.registry, port: 0)
                let checked = try Program.run("check", "--config", files.configuration, stage.signed)
                #expect(checked.status == status, "\(settings): \(checked.output)\(checked.errors)")
                #expect(checked.output.hasPrefix(word), "\(settings): \(checked.output)")
                #expect(checked.output.contains("[not-vouched]") == (word != "ALLOW"), "\(settings): \(checked.output)")
            }
        }

        @Test("a word of `kubernetes.templates.placeholders` is passed over in a template, and in no Pod")
        func placeholders() throws {
            let placeholders = "kubernetes: {templates: {placeholders: [auto]}}"
            for (settings, isAllowed) in [([], false), ([placeholders], true)] {
                try withGate(settings: .init(specification: settings)) { gate, stage in
                    let answers = try [
                        gate.ask(.deployment(stage.signed, "auto")), gate.ask(.deployment(stage.signed, "automatic")),
                        gate.ask(.pod("auto")),
                    ]
                    #expect(answers.map(\.isAllowed) == [isAllowed, false, false])
                }
            }
        }

        @Test("with `clientCertificates` a decision is for callers that have one of these authorities")
        func clientCertificates() throws {
            let scratch = try Scratch()
            let authority = try scratch.caller(named: "api-server")
            let stranger = try scratch.caller(named: "stranger")
            let settings = GateFiles.Settings(listen: ["clientCertificates: {caFile: \"\(authority.authority)\"}"])
            try withGate(settings: settings) { gate, stage in
                let review = try scratch.write(AdmissionReview.pod(stage.signed).json, to: "review.json")
                #expect(try gate.post(file: review).status == 403)
                #expect(try gate.post(file: review, options: stranger.curl).status == 0)
                let answer = try gate.post(file: review, options: authority.curl)
                #expect(answer.status == 200)
                #expect(try AdmissionAnswer(answer.body).isAllowed)
                #expect(try gate.isReady(), "a probe needs no certificate")
            }
            try withGate { gate, stage in
                let review = try scratch.write(AdmissionReview.pod(stage.signed).json, to: "review.json")
                #expect(try gate.post(file: review).status == 200)
            }
        }

        @Test("P15: no environment variable loosens a verdict, and none is put into the configuration")
        func environment() throws {
            let stage = try Stage.current()
            var files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            let words = [
                "MODE=observe", "NOT_VOUCHED=audit", "FAIL_OPEN=true", "POLICIES=/nonexistent", "ENFORCEMENT=warn",
            ]
            let variables = words + words.map { "DOCKGATE_" + $0 }
            let arguments = ["check", "--config", files.configuration, "-n", "prod-shop", stage.unsigned]
            let plain = try Command.run(Program.path, arguments)
            let loosened = try Command.run("env", variables + [Program.path] + arguments)
            #expect(plain.status == 1)
            #expect(loosened.status == plain.status)
            #expect(loosened.output.contains("[signature-missing]"), "\(loosened.output)")
            files.settings.specification = ["mode: ${MODE}"]
            try files.configure(registry: stage.registry, port: 0)
            let substituted = try Command.run("env", variables + [Program.path] + arguments)
            #expect(substituted.status == 2)
            #expect(substituted.errors.contains("found text `${MODE}`"), "\(substituted.errors)")
        }

        // MARK: - Registries

        /// Checks the signed image of a registry that wants credentials, with `settings` for it.
        private func check(
            _ registry: RegistrySimulator, _ configure: (GateFiles, inout GateFiles.Settings) throws -> Void
        ) throws -> Command {
            let release = try PrivateKey.generate(.ecdsaP256)
            let stage = try Stage(registry, release: release, stranger: try PrivateKey.generate(.ecdsaP256))
            var files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            try configure(files, &files.settings)
            try files.configure(registry: stage.registry, port: 0)
            return try Program.run("check", "--config", files.configuration, "-n", "prod-shop", stage.signed)
        }

        /// The field that names a Docker `config.json` with that password for the registry.
        private func credentials(
            _ password: String, for registry: RegistrySimulator, in files: GateFiles
        ) throws -> String {
            let authorization = Base64.encode(Array("robot:\(password)".utf8))
            try files.scratch.write(
                #"{"auths":{"\#(registry.authority)":{"auth":"\#(authorization)"}}}"#, to: "config.json")
            return "credentials: {dockerConfig: config.json}"
        }

        @Test("`credentials.dockerConfig` is what a registry is asked with, and a wrong password is no entry")
        func dockerConfig() async throws {
            try await withRegistrySimulator(authentication: .basic(user: "robot", password: "canary-secret")) {
                registry in
                let anonymous = try check(registry) { _, _ in }
                #expect(anonymous.status == 3)
                #expect(anonymous.output.contains("[registry-denied]"), "\(anonymous.output)")
                let wrong = try check(registry) { files, settings in
                    settings.registry = [try credentials("wrong", for: registry, in: files)]
                }
                #expect(wrong.status == 3)
                let right = try check(registry) { files, settings in
                    settings.registry = [try credentials("canary-secret", for: registry, in: files)]
                }
                #expect(right.status == 0, "\(right.output)\(right.errors)")
                #expect(![anonymous, wrong, right].contains { ($0.output + $0.errors).contains("canary-secret") })
            }
        }

        @Test("`tokenRealms` lets a token service of another name see the registry's credentials")
        func tokenRealms() async throws {
            try await withRegistrySimulator { registry in
                // Another name, and so another host, though the same server gives the tokens and takes them.
                let realm = "localhost:\(registry.port)"
                registry.demand(.bearer(user: "robot", password: "canary-secret", realm: "http://\(realm)/token"))
                let realmHost = "{host: \"\(realm)\", insecureHTTP: true, privateAddress: allowed}"
                let unlisted = try check(registry) { files, settings in
                    settings.registry = [try credentials("canary-secret", for: registry, in: files)]
                    settings.registries = [realmHost]
                }
                #expect(unlisted.status == 3)
                #expect(unlisted.output.contains("list it under `tokenRealms` of that registry"), "\(unlisted.output)")
                let listed = try check(registry) { files, settings in
                    settings.registry = [
                        try credentials("canary-secret", for: registry, in: files), "tokenRealms: [\"\(realm)\"]",
                    ]
                    settings.registries = [realmHost]
                }
                #expect(listed.status == 0, "\(listed.output)\(listed.errors)")
            }
        }
    }
}

/// A caller with a certificate, and the authority that signed it.
private struct Caller {
    /// A file.
    let authority: String
    let curl: [String]
}

extension Scratch {
    fileprivate func caller(named name: String) throws -> Caller {
        let start = Instant(secondsSince1970: Int64(Date().timeIntervalSince1970) - 60)
        let issuer = try CertificateIssuer.create(name: name, from: start, for: .seconds(3600))
        let issued = try issuer.issue(.client(name: name), from: start, for: .seconds(3600))
        return Caller(
            authority: try write(issuer.certificatePEM, to: "\(name)-ca.crt"),
            curl: [
                "--cert", try write(issued.certificatePEM, to: "\(name).crt"),
                "--key", try write(try issued.key.privateKeyPEM, to: "\(name).key"),
            ])
    }
}
