import Cryptography
import Foundation
import StrictJSON
import TestSupport
import Testing
import Timestamp

extension EndToEnd {
    @Suite("dockgate check --server")
    struct ServerCheckTests {
        private func check(_ gate: GateProcess, _ arguments: String..., input: String = "") throws -> Command {
            try Command.run(
                Program.path, ["check", "--server", gate.origin, "--ca-file", gate.files.authority] + arguments,
                input: Array(input.utf8))
        }

        private func images(_ command: Command) throws -> [JSONValue] {
            try #require(try JSONDocument(parsing: Array(command.output.utf8)).root["images"]).elements.map { $0 }
        }

        @Test("a running gate decides: the exit code and the report say what it says")
        func verdicts() throws {
            try withGate { gate, stage in
                #expect(try check(gate, "-n", "prod-shop", stage.signed).status == 0)
                let denied = try check(gate, "-n", "prod-shop", stage.signed, stage.unsigned)
                #expect(denied.status == 1)
                #expect(denied.outputLines.first == "ALLOW  \(stage.signed)")
                for part in [
                    "DENY   \(stage.unsigned)\n       the gate [signature-missing]\n",
                    "         message      policy signed-production, check signed-by-release [signature-missing]\n",
                    "release it through the pipeline", "found: ", "2 images, 1 allowed, 1 denied",
                ] { #expect(denied.output.contains(part), "\(denied.output)") }
                #expect(try check(gate, "-n", "playground", stage.unsigned).status == 0)
            }
        }

        @Test("the report names the record of each answer, and the gate's log has it as a dry run")
        func recorded() throws {
            try withGate { gate, stage in
                let command = try check(gate, "-n", "prod-shop", stage.unsigned, "-o", "json")
                let root = try JSONDocument(parsing: Array(command.output.utf8)).root
                #expect(root["server"]?.string == gate.origin)
                let withQuery = try Program.run(
                    "check", "-n", "prod-shop", "--server", gate.origin + "/validate?token=hunter2", "--ca-file",
                    gate.files.authority, stage.unsigned, "-o", "json")
                #expect(withQuery.status == 1 && !(withQuery.output + withQuery.errors).contains("hunter2"))
                #expect(root["allowed"]?.boolean == false)
                let image = try #require(try images(command).first)
                #expect(image["reason"]?.string == "signature-missing")
                #expect(image["allowed"]?.boolean == false && image["undetermined"]?.boolean == false)
                let finding = try #require(image["findings"]?.elements.first { _ in true })
                #expect(finding.members.map(\.key) == ["outcome", "reason", "message"])
                let record = try #require(image["record"]?.string)
                let shown = try Program.run("audit", "show", record, "--directory", gate.files.audit, "-o", "json")
                let request = try JSONDocument(parsing: Array(shown.output.utf8)).root["request"]
                #expect(request?["dryRun"]?.boolean == true)
                #expect(request?["operation"]?.string == "CREATE")
            }
        }

        @Test("images of manifests are asked about in their namespace and their kind of container, with file and line")
        func manifests() throws {
            let settings = GateFiles.Settings(
                specification: ["kubernetes: {templates: {placeholders: [auto]}}"])
            try withGate(settings: settings) { gate, stage in
                let policy = """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: a, namespace: prod-shop}
                    spec:
                      containers: [{name: a, image: "\(stage.signed)"}]
                      initContainers: [{name: b, image: "\(stage.unsigned)"}]
                      ephemeralContainers: [{name: c, image: "\(stage.forged)"}]
                      volumes: [{name: d, image: {reference: "\(stage.tampered)"}}, {name: e, emptyDir: {}}]
                    ---
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: b, namespace: playground}
                    spec:
                      template:
                        spec:
                          containers: [{name: a, image: "\(stage.unsigned)"}, {name: b, image: auto}]
                    ---
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: c}

                    """
                let command = try check(gate, "-f", "-", "-o", "json", input: policy)
                #expect(command.status == 1, "\(command.output)\(command.errors)")
                let images = try images(command)
                #expect(images.map { $0["place"]?.string } == [5, 6, 7, 8, 16, 16].map { "stdin:\($0)" })
                #expect(images.map { $0["allowed"]?.boolean } == [true, false, false, false, true, true])
                #expect(
                    images.map { $0["reason"]?.string } == [
                        nil, "signature-missing", "signature-invalid", "signature-for-other-image", nil, nil,
                    ])
                // A word that stands for an image does so in templates only.
                let pod =
                    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: auto}]}}"
                #expect(try check(gate, "-n", "prod-shop", "-f", "-", input: pod).status == 1)
            }
        }

        @Test("images of Dockerfiles and Compose files are asked about too, as those of a Pod and not of a template")
        func otherFiles() throws {
            let settings = GateFiles.Settings(
                specification: ["kubernetes: {templates: {placeholders: [auto]}}"])
            try withGate(settings: settings) { gate, stage in
                let file = "FROM \(stage.signed) AS a\nFROM a\nCOPY --from=\(stage.unsigned) / /\nFROM auto\n"
                let command = try check(gate, "-n", "prod-shop", "-f", "-", "-o", "json", input: file)
                #expect(command.status == 1)
                let images = try images(command)
                #expect(images.map { $0["place"]?.string } == [1, 3, 4].map { "stdin:\($0)" })
                #expect(images.map { $0["allowed"]?.boolean } == [true, false, false])
                let compose =
                    "services: {web: {image: \"\(stage.signed)\"}, api: {image: \"${A:-\(stage.unsigned)}\"}}\n"
                let second = try check(gate, "-n", "prod-shop", "-f", "-", input: compose)
                #expect(second.status == 1)
                #expect(second.errors.contains("its default"))
                #expect(second.outputLines.last?.hasPrefix("2 images, 1 allowed, 1 denied") == true)
            }
        }

        @Test("nothing of a manifest but its images and namespaces leaves the machine")
        func secrets() async throws {
            let authority = try SimulatedAuthority()
            try await withRegistrySimulator(certificate: try authority.certificate(for: ["127.0.0.1"])) { server in
                let scratch = try Scratch()
                let manifest = """
                    {apiVersion: v1, kind: Pod, metadata: {name: canary-name, namespace: shop, labels: {a: canary-label}},
                     spec: {containers: [{name: canary-container, image: "a:1", env: [{name: A, value: canary-value}]}]}}

                    """
                _ = try Command.run(
                    Program.path,
                    [
                        "check", "--server", server.origin, "--ca-file",
                        try scratch.write(authority.certificatePEM, to: "ca.crt"), "-f", "-",
                    ], input: Array(manifest.utf8))
                let request = try #require(server.requests.first)
                #expect(request.target == "/validate?timeout=30s")
                #expect(request.body.contains("a:1") && request.body.contains("shop"))
                #expect(!request.body.contains("canary"), "\(request.body)")
            }
        }

        @Test("what a gate could not look at is undetermined here too")
        func undetermined() throws {
            let registry = "127.0.0.1:\(try FreePort.any())"
            try withGate(registry: registry) { gate, _ in
                let command = try check(gate, "-n", "prod-shop", "\(registry)/shop/web:1.0", "-o", "json")
                #expect(command.status == 3, "\(command.output)")
                let image = try #require(try images(command).first)
                #expect(image["reason"]?.string == "registry-unavailable")
                #expect(image["undetermined"]?.boolean == true)
            }
        }

        @Test("a gate that only observes lets everything run, and is still told of what it would refuse")
        func observing() throws {
            try withGate(settings: .init(specification: ["mode: observe"])) { gate, stage in
                let command = try check(gate, "-n", "prod-shop", stage.unsigned, "--warn-exit-code", "9")
                #expect(command.status == 9)
                #expect(command.output.hasPrefix("WARN   \(stage.unsigned)\n       warning: the gate [warning]\n"))
                #expect(command.output.contains("would be refused: "), "\(command.output)")
                #expect(try check(gate, "-n", "prod-shop", stage.unsigned).status == 0)
            }
        }

        @Test(
            "a gate that cannot be reached, or is not believed, leaves everything undetermined: exit 3, in every report"
        )
        func unreachable() throws {
            try withGate { gate, stage in
                let scratch = try Scratch()
                let stranger = try scratch.write(try SimulatedAuthority().certificatePEM, to: "ca.crt")
                let nobody = "https://127.0.0.1:\(try FreePort.any())"
                for arguments in [
                    ["--server", nobody, "--ca-file", gate.files.authority],
                    ["--server", gate.origin, "--ca-file", stranger], ["--server", gate.origin],
                    ["--server", gate.origin + "/elsewhere", "--ca-file", gate.files.authority],
                ] {
                    let command = try Command.run(
                        Program.path, ["check", "-n", "prod-shop", stage.signed, "-o", "json"] + arguments)
                    #expect(command.status == 3, "\(arguments): \(command.errors)")
                    let image = try #require(try images(command).first)
                    #expect(image["reason"]?.string == "gate-unavailable")
                    #expect(image["allowed"]?.boolean == false && image["undetermined"]?.boolean == true)
                    #expect(image["record"] == nil)
                }
            }
        }

        @Test("an answer that is none, or one to another question, is not believed")
        func wrongAnswers() async throws {
            let authority = try SimulatedAuthority()
            let other = UUID().uuidString.lowercased()
            for body in [
                "", "{}", "allowed", #"{"response":{"uid":"\#(other)","allowed":true}}"#,
                #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"\#(other)","allowed":true}}"#,
                #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"allowed":true}}"#,
                #"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#,
            ] {
                try await withRegistrySimulator(certificate: try authority.certificate(for: ["127.0.0.1"])) { server in
                    server.script(ScriptedFault("/validate", do: .status(200, body: body)))
                    let scratch = try Scratch()
                    let command = try Command.run(
                        Program.path,
                        [
                            "check", "-n", "a", "a:1", "--server", server.origin, "--ca-file",
                            try scratch.write(authority.certificatePEM, to: "ca.crt"),
                        ])
                    #expect(command.status == 3, "\(body): \(command.output)")
                    #expect(command.output.contains("[gate-unavailable]"))
                }
            }
        }

        @Test("a gate that wants a client certificate is shown it; without, it is told what is missing")
        func clientCertificate() throws {
            let scratch = try Scratch()
            let start = Instant(secondsSince1970: Int64(Date().timeIntervalSince1970) - 60)
            let issuer = try CertificateIssuer.create(name: "callers", from: start, for: .seconds(3600))
            let caller = try issuer.issue(.client(name: "pipeline"), from: start, for: .seconds(3600))
            let callers = try scratch.write(issuer.certificatePEM, to: "callers.crt")
            let certificate = try scratch.write(caller.certificatePEM, to: "caller.crt")
            let key = try scratch.write(try caller.key.privateKeyPEM, to: "caller.key")
            let settings = GateFiles.Settings(listen: ["clientCertificates: {caFile: \"\(callers)\"}"])
            try withGate(settings: settings) { gate, stage in
                let without = try check(gate, "-n", "prod-shop", stage.signed)
                #expect(without.status == 3)
                #expect(without.output.contains("--client-cert"), "\(without.output)")
                let with = try check(
                    gate, "-n", "prod-shop", stage.signed, "--client-cert", certificate, "--client-key", key)
                #expect(with.status == 0, "\(with.output)\(with.errors)")
                let broken = try check(
                    gate, "-n", "prod-shop", stage.signed, "--client-cert", key, "--client-key", certificate)
                #expect(broken.status == 2)
            }
        }

        @Test(
            "what does not go together with a running gate is a mistake",
            arguments: [
                (["--policies", "a"], "--server"), (["--config", "a"], "--server"), (["--audit", "a"], "--audit"),
                (["--namespace-labels", "a=b"], "--namespace-labels is not for --server"),
                (["--source", "pipeline"], "--source"), (["--client-cert", "a"], "--client-key"),
                (["--client-key", "a"], "--client-cert"),
            ])
        func misuse(arguments: [String], word: String) throws {
            let command = try Command.run(
                Program.path, ["check", "-n", "a", "a:1", "--server", "https://gate.example.com"] + arguments)
            #expect(command.status == 2)
            #expect(command.errors.contains(word), "\(command.errors)")
        }

        @Test("without a namespace, without TLS, or with options of a gate but no gate, nothing is asked")
        func mistakes() throws {
            func mistake(_ arguments: String...) throws -> String {
                let command = try Command.run(Program.path, ["check", "a:1"] + arguments)
                #expect(command.status == 2, "\(command.output)")
                return command.errors
            }
            #expect(try mistake("--server", "https://gate.example.com").contains("--namespace"))
            #expect(try mistake("-n", "a", "--server", "http://gate.example.com").contains("not `https`"))
            let password = try mistake("-n", "a", "--server", "https://me:hunter2@gate.example.com")
            #expect(password.contains("`…@gate.example.com` holds a user name or password"), "\(password)")
            for address in ["https://me:hunter2 @a.example.com", "http://a.example.com?token=hunter2"] {
                #expect(try !mistake("-n", "a", "--server", address).contains("hunter2"))
            }
            #expect(try mistake("-n", "a", "--server", "gate.example.com").contains("--server `gate.example.com`"))
            #expect(try mistake("-n", "a", "--policies", ".", "--ca-file", "x").contains("are for --server"))
            #expect(
                try mistake("-n", "a", "--server", "https://gate.example.com", "--ca-file", "/absent").contains(
                    "/absent"))
        }
    }
}
