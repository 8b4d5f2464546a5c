import Cryptography
import OCI
import StrictJSON
import TestSupport
import Testing
import Trust

extension EndToEnd {
    /// Images of a registry, signed by a simulated Sigstore.
    @Suite("dockgate verify")
    struct VerifyCommandTests {
        private static let provenance = "https://slsa.dev/provenance/v0.2"
        /// Making its keys costs more than signing with them.
        private static let simulated = Result { try SigstoreSimulator() }

        private let stage: Stage
        private let scratch: Scratch
        private let configuration: String
        /// The path of the key.
        private let releaseKey: String

        init() throws {
            (stage, scratch) = (try Stage.current(), try Scratch())
            configuration = try scratch.configuration(of: stage.registry)
            releaseKey = try scratch.write(stage.releaseKey, to: "release.pub")
        }

        private var sigstore: SigstoreSimulator {
            get throws { try VerifyCommandTests.simulated.get() }
        }

        private func verify(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
            try Command.run(
                Program.path, ["verify", "--config", configuration] + arguments, environment: environment)
        }

        private func verify(_ arguments: String..., environment: [String: String] = [:]) throws -> Command {
            try verify(arguments, environment: environment)
        }

        private func json(_ command: Command) throws -> JSONValue {
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            return root
        }

        private var byKey: [String] { ["--key", releaseKey, "--insecure-ignore-tlog"] }

        /// An image with what a Sigstore made about it; its name.
        private func publish(
            _ path: String, _ orders: [SigningOrder], telling lie: Lie? = nil
        ) throws -> (image: String, material: SignedMaterial) {
            let image = try stage.pushing.pushImage(path, to: path, tag: "1")
            var sigstore = try sigstore
            let materials = try orders.map { order in
                var order = order
                if case .simpleSigning = order.content {
                    order.content = .simpleSigning(reference: "\(stage.registry)/\(path)")
                }
                return try lie.map { try sigstore.sign(image, order, telling: $0) } ?? sigstore.sign(image, order)
            }
            try stage.pushing.push(materials, about: image, to: path)
            return ("\(stage.registry)/\(path):1", try #require(materials.first))
        }

        private func keyless(_ material: SignedMaterial, _ identity: SimulatedIdentity) throws -> [String] {
            [
                "--trusted-root", try scratch.write(material.trustedRoot.bytes, to: "trusted_root.json"),
                "--certificate-identity", identity.subject, "--certificate-oidc-issuer", identity.issuer,
            ]
        }

        // MARK: - Keys

        @Test("a signature by the key verifies, and says by whom it was made and where it was found")
        func key() throws {
            let command = try verify(byKey + [stage.signed])
            #expect(command.status == 0, "\(command.output)\(command.errors)")
            #expect(command.output.contains("image       \(stage.registry)/shop/web@\(stage.signedDigest)\n"))
            #expect(command.output.contains("tag         1.0  (stands for that digest now)\n"))
            #expect(command.output.contains("verdict     verified\n"), "\(command.output)")
            #expect(command.output.contains("  found in  tag \(stage.signedDigest.tagPrefix).sig\n"))
            #expect(command.errors.contains("warning: --insecure-ignore-tlog: "))
            let root = try json(try verify(byKey + ["-o", "json", stage.signed]))
            let fingerprint = try PublicKey(pem: stage.releaseKey).fingerprint.hexadecimal
            #expect(root["verified"]?.boolean == true && root["undetermined"]?.boolean == false)
            #expect(root["image"]?.string == "\(stage.registry)/shop/web@\(stage.signedDigest)")
            let signature = try #require(root["signatures"]?.elements.first { _ in true })
            #expect(signature["key"]?.string == "sha256:\(fingerprint)")
            #expect(signature["tag"]?.string == "\(stage.signedDigest.tagPrefix).sig")
        }

        @Test("an image is verified by its digest as by its tag")
        func digest() throws {
            let command = try verify(byKey + ["\(stage.registry)/shop/web@\(stage.signedDigest)"])
            #expect(command.status == 0)
            #expect(!command.output.contains("stands for that digest"))
        }

        @Test("what is not signed, signed by others or signed for another image ends with 1, each for its reason")
        func refusedKeys() throws {
            for (image, reason) in [
                (stage.unsigned, "signature-missing"), (stage.tampered, "signature-for-other-image"),
                (stage.forged, "signature-invalid"), ("\(stage.registry)/shop/web:none", "image-not-found"),
            ] {
                let command = try verify(byKey + [image])
                #expect(command.status == 1, "\(command.output)\(command.errors)")
                #expect(command.output.contains("verdict   refused  [\(reason)]\n"), "\(command.output)")
                for fact in ["found", "expected", "cure"] { #expect(command.output.contains("\n\(fact)  ")) }
                let root = try json(try verify(byKey + ["-o", "json", image]))
                #expect(root["verified"]?.boolean == false && root["undetermined"]?.boolean == false)
                #expect(root["reason"]?.string == reason && root["signatures"] == nil)
            }
        }

        @Test("a key that must be in a log is not enough without an entry")
        func keyWithLog() throws {
            let key = try PrivateKey.generate(.ecdsaP256)
            var unlogged = SigningOrder.bundle(by: .key(key))
            unlogged.entries = []
            let pem = try scratch.write(try key.publicKeyPEM, to: "key.pub")
            for (path, order, status) in [
                ("verify/logged", SigningOrder.bundle(by: .key(key)), 0), ("verify/unlogged", unlogged, 1),
            ] {
                let (image, material) = try publish(path, [order])
                let root = try scratch.write(material.trustedRoot.bytes, to: "trusted_root.json")
                let command = try verify("--key", pem, "--trusted-root", root, image)
                #expect(command.status == Int32(status), "\(command.output)\(command.errors)")
                #expect(command.output.contains("[log-entry-invalid]") == (status == 1))
                #expect(try verify("--key", pem, "--insecure-ignore-tlog", image).status == 0)
            }
        }

        // MARK: - Identities

        @Test("signatures of every form by an identity verify, with time and log")
        func everyForm() throws {
            let orders: [SigningOrder] = [.bundle(), .bundleV2(), .message(), .signatureLayer()]
            for (number, order) in orders.enumerated() {
                let (image, material) = try publish("verify/form-\(number)", [order])
                let command = try verify(keyless(material, .githubWorkflow()) + [image])
                #expect(command.status == 0, "\(order): \(command.output)\(command.errors)")
                #expect(
                    command.output.contains("signer      \(SimulatedIdentity.githubWorkflow().subject) (https://token"))
                #expect(command.output.contains("  signed    2026-03-01T10:"), "\(command.output)")
                #expect(command.output.contains("rekor.example, entry "), "\(command.output)")
                #expect(
                    command.output.contains(
                        order.form == .layer ? "found in  tag sha256-" : "found in  referrer sha256:"))
            }
        }

        @Test("each option about the certificate turns a verdict by itself")
        func certificateOptions() throws {
            let identity = SimulatedIdentity.githubWorkflow()
            let (image, material) = try publish("verify/options", [.bundle()])
            let root = try scratch.write(material.trustedRoot.bytes, to: "trusted_root.json")
            let subject = ["--certificate-identity", identity.subject]
            let issuer = ["--certificate-oidc-issuer", identity.issuer]
            let commit = try #require(identity.claims[3])
            for (good, bad) in [
                (subject + issuer, ["--certificate-identity", identity.subject + "x"] + issuer),
                (subject + issuer, ["--certificate-identity", "https://github.com/*"] + issuer),
                (subject + issuer, subject + ["--certificate-oidc-issuer", "https://accounts.example.com"]),
                (
                    ["--certificate-identity-regexp", #"https://github\.com/acme/.*"#] + issuer,
                    ["--certificate-identity-regexp", #"https://github\.com/acme"#] + issuer
                ),
                (
                    subject + ["--certificate-oidc-issuer-regexp", "https://token[.].*"],
                    subject + ["--certificate-oidc-issuer-regexp", "https://accounts[.].*"]
                ),
                (
                    subject + issuer + ["--certificate-github-workflow-name", "release"],
                    subject + issuer + ["--certificate-github-workflow-name", "Release"]
                ),
                (
                    subject + issuer + ["--certificate-github-workflow-ref", "refs/heads/main"],
                    subject + issuer + ["--certificate-github-workflow-ref", "refs/heads/*"]
                ),
                (
                    subject + issuer + ["--certificate-github-workflow-repository", "acme/app"],
                    subject + issuer + ["--certificate-github-workflow-repository", "acme/other"]
                ),
                (
                    subject + issuer + ["--certificate-github-workflow-sha", commit],
                    subject + issuer + ["--certificate-github-workflow-sha", String(commit.dropLast())]
                ),
                (
                    subject + issuer + ["--certificate-github-workflow-trigger", "push"],
                    subject + issuer + ["--certificate-github-workflow-trigger", "pull_request"]
                ),
            ] {
                let arguments = ["--trusted-root", root, image]
                #expect(try verify(good + arguments).status == 0, "\(good)")
                let refused = try verify(bad + arguments)
                #expect(refused.status == 1, "\(bad): \(refused.errors)")
                #expect(refused.output.contains("[identity-untrusted]"), "\(refused.output)")
            }
        }

        @Test("each option about the evidence turns a verdict by itself")
        func evidenceOptions() throws {
            let (image, logged) = try publish("verify/logged-only", [.bundle()])
            let identity = try keyless(logged, .githubWorkflow())
            #expect(try verify(identity + [image]).status == 0)
            let timestamped = try verify(identity + ["--use-signed-timestamps", image])
            #expect(timestamped.status == 1)
            #expect(timestamped.output.contains("[timestamp-invalid]"), "\(timestamped.output)")
            // Nothing is left that proves when it was signed.
            let nothing = try verify(identity + ["--insecure-ignore-tlog", image])
            #expect(nothing.status == 2)
            #expect(nothing.errors.contains("nothing proves when it was signed"), "\(nothing.errors)")

            let lie = Lie.log(.strangeLog)
            let (strange, material) = try publish("verify/strange-log", [.bundleV2()], telling: lie)
            let anybody = try keyless(material, .githubWorkflow())
            #expect(try verify(anybody + ["--use-signed-timestamps", strange]).status == 1)
            let unlogged = try verify(anybody + ["--use-signed-timestamps", "--insecure-ignore-tlog", strange])
            #expect(unlogged.status == 0, "\(unlogged.output)")

            let (unpromised, other) = try publish(
                "verify/unpromised", [.bundle()], telling: .promise(try #require(SCTLie.allCases.first)))
            let signer = try keyless(other, .githubWorkflow())
            #expect(try verify(signer + [unpromised]).output.contains("[certificate-invalid]"))
            let ignored = try verify(signer + ["--insecure-ignore-sct", unpromised])
            #expect(ignored.status == 0, "\(ignored.output)")
            #expect(ignored.errors.contains("warning: --insecure-ignore-sct: "))
        }

        // MARK: - An organisation's own authority

        @Test("a holder of an organisation's certificate is believed, of another authority or at a time nobody saw not")
        func ownAuthority() throws {
            let holder = SimulatedIdentity(issuer: "", name: .email("release@acme.example"))
            let order = SigningOrder.signatureLayer(by: .keyless(holder)).timestamped
            let (image, _) = try publish("verify/own-authority", [order])
            let sigstore = try sigstore
            func file(_ certificates: [[UInt8]], _ name: String) throws -> String {
                try scratch.write(certificates.flatMap { pemBlock("CERTIFICATE", $0) }, to: name)
            }
            let roots = try file([sigstore.fulcio.root.der], "roots.pem")
            let stamps = try file(sigstore.timestampAuthority.chain, "tsa.pem")
            let name = ["--certificate-identity", "release@acme.example", "--insecure-ignore-tlog"]
            let good = ["--ca-roots", roots, "--timestamp-certificate-chain", stamps] + name + [image]
            #expect(try verify(good).status == 0)
            #expect(try json(verify(["-o", "json"] + good))["verified"]?.boolean == true)

            let strange = try SigstoreSimulator()
            let otherRoots = try file([strange.fulcio.root.der], "other-roots.pem")
            let otherStamps = try file(strange.timestampAuthority.chain, "other-tsa.pem")
            let other = ["--ca-roots", otherRoots, "--timestamp-certificate-chain", stamps] + name + [image]
            #expect(try verify(other).output.contains("[certificate-invalid]"))
            let unseen = ["--ca-roots", roots, "--timestamp-certificate-chain", otherStamps] + name + [image]
            #expect(try verify(unseen).output.contains("[timestamp-invalid]"))
            let somebody = ["--certificate-identity", "somebody@acme.example", "--insecure-ignore-tlog", image]
            let stranger = try verify(["--ca-roots", roots, "--timestamp-certificate-chain", stamps] + somebody)
            #expect(stranger.status == 1 && stranger.output.contains("[identity-untrusted]"))
        }

        @Test("an authority below the root is needed where the signature does not bring it")
        func intermediate() throws {
            let holder = SimulatedIdentity(issuer: "", name: .email("release@acme.example"))
            let (image, material) = try publish(
                "verify/own-intermediate",
                [SigningOrder.message(by: .keyless(holder), version: .v03).timestamped])
            let sigstore = try sigstore
            let roots = try scratch.write(sigstore.fulcio.root.pem, to: "roots.pem")
            let arguments = [
                "--ca-roots", roots, "--trusted-root", try scratch.write(material.trustedRoot.bytes, to: "root.json"),
                "--certificate-identity", "release@acme.example", image,
            ]
            #expect(try verify(arguments).output.contains("[certificate-invalid]"))
            let intermediate = try scratch.write(sigstore.fulcio.intermediate.pem, to: "intermediate.pem")
            #expect(try verify(["--ca-intermediates", intermediate] + arguments).status == 0)
        }

        @Test("files that hold no authority, and options that say nothing together, end with 2")
        func ownAuthorityMistakes() throws {
            let sigstore = try sigstore
            let leaf = try sigstore.fulcio.issue(
                sigstore.fulcio.leaf(for: .person(), key: .generate(.ecdsaP256), at: sigstore.now),
                key: .generate(.ecdsaP256))
            let files = [
                try scratch.write(leaf.pem, to: "leaf.pem"), releaseKey, scratch.path + "/missing.pem",
            ]
            let name = ["--certificate-identity", "a@example.com", "--insecure-ignore-tlog", "example.com/app:1"]
            for file in files {
                let command = try verify(["--ca-roots", file, "--timestamp-certificate-chain", files[0]] + name)
                #expect(command.status == 2 && command.errors.contains(file), "\(command.errors)")
            }
            let root = try scratch.write(sigstore.fulcio.root.pem, to: "roots.pem")
            let nobodySays = try verify(["--ca-roots", root] + name)
            #expect(nobodySays.status == 2, "\(nobodySays.errors)")
            for options in [
                ["--ca-intermediates", root], ["--timestamp-certificate-chain", root], ["--ca-roots", root],
            ] {
                let command = try verify(options + byKey + ["example.com/app:1"])
                #expect(command.status == 2, "\(options) \(command.errors)")
            }
        }

        // MARK: - Attestations

        @Test("attestations count by the type of the very statement: a word of cosign's, or the URI")
        func attestations() throws {
            let (image, material) = try publish("verify/attested", [.attestationLayer(), .bundle()])
            let identity = try keyless(material, .githubWorkflow())
            for type in ["slsaprovenance", VerifyCommandTests.provenance] {
                let command = try verify(identity + ["--type", type, image])
                #expect(command.status == 0, "\(command.output)\(command.errors)")
                #expect(command.output.contains("  type      \(VerifyCommandTests.provenance)\n"), "\(command.output)")
            }
            let other = try verify(identity + ["--type", "spdxjson", image])
            #expect(other.status == 1)
            #expect(other.output.contains("[attestation-missing]"), "\(other.output)")
            #expect(other.output.contains("only attestations of "), "\(other.output)")
            let none = try verify(identity + ["--type", "slsaprovenance", stage.unsigned])
            #expect(none.status == 1 && none.output.contains("[attestation-missing]"))
            // An attestation is no signature.
            let (unsigned, _) = try publish("verify/attested-only", [.attestationLayer()])
            #expect(try verify(identity + [unsigned]).output.contains("[signature-missing]"))
            #expect(try verify(identity + ["--type", "no type", image]).status == 2)
        }

        // MARK: - Lies

        @Test("of a signature that is wrong in one fact the step that failed is told", arguments: Lie.allCases)
        func refuses(lie: Lie) throws {
            let order = try #require(lie.orders.first)
            let number = Lie.allCases.firstIndex(of: lie) ?? 0
            let (image, material) = try publish("verify/lie-\(number)", [order], telling: lie)
            guard case .keyless(let identity) = order.signer else {
                Issue.record("\(lie) is told by a key")
                return
            }
            var arguments = try keyless(material, identity) + ["-o", "json", image]
            if case .statement(let type, _, _) = order.content, type != StatementDraft.cosignSign {
                arguments += ["--type", type]
            }
            let command = try verify(arguments)
            guard let step = lie.refusedStep, !lie.leavesNobody else {
                #expect(command.status == 2, "\(command.output)")
                #expect(command.errors.contains("trusted_root.json: error: ") || lie.leavesNobody, "\(command.errors)")
                return
            }
            #expect(command.status == 1, "\(command.output)\(command.errors)")
            let root = try json(command)
            let found = root["found"]?.string ?? ""
            #expect(root["reason"]?.string == step.reason, "\(found)")
            #expect(found.contains(step == .format ? "malformed: " : "refused at `\(step.rawValue)`: "), "\(found)")
        }

        // MARK: - Where signatures are

        @Test(
            "signatures in another repository are found by COSIGN_REPOSITORY and by the option, which counts before it")
        func otherRepository() throws {
            let path = "verify/image"
            let image = try stage.pushing.pushImage("kept elsewhere", to: path, tag: "1")
            var sigstore = try sigstore
            let material = try sigstore.sign(image, .bundle())
            try stage.pushing.push([material], about: image, to: "verify/signatures")
            let arguments = try keyless(material, .githubWorkflow()) + ["\(stage.registry)/\(path):1"]
            let elsewhere = "\(stage.registry)/verify/signatures"
            #expect(try verify(arguments).output.contains("[signature-missing]"))
            let variable = try verify(arguments, environment: ["COSIGN_REPOSITORY": elsewhere])
            #expect(variable.status == 0, "\(variable.output)\(variable.errors)")
            #expect(variable.output.contains("found in `\(elsewhere)`"), "\(variable.output)")
            #expect(try verify(["--signature-repository", elsewhere] + arguments).status == 0)
            let both = try verify(
                ["--signature-repository", "\(stage.registry)/\(path)"] + arguments,
                environment: ["COSIGN_REPOSITORY": elsewhere])
            #expect(both.status == 1)
            let wrong = try verify(arguments, environment: ["COSIGN_REPOSITORY": "NO REPOSITORY"])
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("`COSIGN_REPOSITORY` in the environment: "), "\(wrong.errors)")
        }

        @Test("a signature for another name is refused, unless names are ignored")
        func signedName() throws {
            let path = "verify/renamed"
            let image = try stage.pushing.pushImage("renamed", to: path, tag: "1")
            var sigstore = try sigstore
            let material = try sigstore.sign(image, .signatureLayer(reference: "registry.example.com/staging/app"))
            try stage.pushing.push([material], about: image, to: path)
            let arguments = try keyless(material, .githubWorkflow()) + ["\(stage.registry)/\(path):1"]
            #expect(try verify(arguments).output.contains("[signature-for-other-repository]"))
            #expect(try verify(["--signed-name", "ignore"] + arguments).status == 0)
        }

        @Test("of an index its own digest is verified, not those of its platforms")
        func index() throws {
            let path = "verify/index"
            let child = try stage.pushing.pushImage("a platform", to: path, tag: "amd64")
            var entry = ImageDescriptor(bytes: child).json
            entry["platform"] = ["architecture": "amd64", "os": "linux"]
            let index: JSONTree = [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array([entry]),
            ]
            try stage.pushing.push(manifest: index.bytes, mediaType: MediaType.ociIndex, to: path, tag: "1")
            var sigstore = try sigstore
            let childMaterial = try sigstore.sign(child, .bundle())
            try stage.pushing.push([childMaterial], about: child, to: path)
            let arguments = try keyless(childMaterial, .githubWorkflow())
            #expect(try verify(arguments + ["\(stage.registry)/\(path):1"]).output.contains("[signature-missing]"))
            #expect(try verify(arguments + ["\(stage.registry)/\(path):amd64"]).status == 0)
            for (signed, status) in [("index", 1), ("platform", 0), ("either", 0)] {
                let command = try verify(arguments + ["--signed-manifest", signed, "\(stage.registry)/\(path):1"])
                #expect(command.status == Int32(status), "\(signed): \(command.output)")
            }
            try stage.pushing.push([try sigstore.sign(index.bytes, .bundle())], about: index.bytes, to: path)
            #expect(try verify(arguments + ["\(stage.registry)/\(path):1"]).status == 0)
        }

        @Test("what a registry lists as referring to an image is found there")
        func listed() async throws {
            try await withRegistrySimulator { registry in
                registry.listReferrers(.listed(perPage: 2))
                _ = registry.pushImage(to: "team/app", tag: "1", content: "listed")
                let manifest = try #require(registry.manifest("1", of: "team/app"))
                var sigstore = try sigstore
                let material = try sigstore.sign(manifest, .bundle())
                let artifact = SignatureArtifact.bundle(
                    try #require(material.bundle), about: ImageDescriptor(bytes: manifest))
                try Pushing.simulator(registry).push(artifact, to: "team/app")
                let configuration = try scratch.configuration(of: registry.authority)
                let command = try Command.run(
                    Program.path,
                    ["verify", "--config", configuration] + keyless(material, .githubWorkflow())
                        + ["\(registry.authority)/team/app:1"])
                #expect(command.status == 0, "\(command.output)\(command.errors)")
                #expect(command.output.contains("found in  referrer \(artifact.digest)"), "\(command.output)")
                #expect(registry.requests.count { $0.target.hasSuffix("/manifests/1") } == 1, "a tag is resolved once")
            }
        }

        // MARK: - What could not be looked at

        @Test("a registry that does not answer ends with 3, whatever was to be verified")
        func unreachable() throws {
            let command = try verify(byKey + ["--timeout", "5", "127.0.0.1:\(try FreePort.any())/a:1"])
            #expect(command.status == 3, "\(command.output)\(command.errors)")
            #expect(command.output.contains("verdict   undetermined  ["), "\(command.output)")
        }

        @Test("a signature that cannot be fetched leaves it open, and another that holds does not")
        func unseen() async throws {
            try await withRegistrySimulator { registry in
                _ = registry.pushImage(to: "team/app", tag: "1", content: "unseen")
                let manifest = try #require(registry.manifest("1", of: "team/app"))
                var sigstore = try sigstore
                let material = try sigstore.sign(manifest, .bundle())
                try Pushing.simulator(registry).push([material], about: manifest, to: "team/app")
                let tag = Digest.sha256(of: manifest).tagPrefix + ".sig"
                registry.script(ScriptedFault("/v2/team/app/manifests/\(tag)", do: .status(503)))
                let configuration = try scratch.configuration(of: registry.authority)
                let arguments = ["verify", "--config", configuration, "\(registry.authority)/team/app:1"]
                let passed = try Command.run(Program.path, arguments + keyless(material, .githubWorkflow()))
                #expect(passed.status == 0, "\(passed.output)\(passed.errors)")
                #expect(passed.output.contains("\nnot seen "), "\(passed.output)")
                let stranger = try Command.run(Program.path, arguments + keyless(material, .person()))
                #expect(stranger.status == 3, "\(stranger.output)")
                #expect(stranger.output.contains("[registry-unavailable]"))
            }
        }

        // MARK: - The command line

        @Test("what is contradictory or missing is a mistake that says what to give")
        func mistakes() throws {
            let root = try scratch.write(try sigstore.trustedRoot.json.bytes, to: "trusted_root.json")
            let key = releaseKey
            let identity = ["--certificate-identity", "a", "--certificate-oidc-issuer", "b"]
            for (arguments, words) in [
                ([], "give --key, or one of --certificate-identity"),
                (["--key", key], "or --insecure-ignore-tlog, which asks none of them"),
                (["--key", key, "--trusted-root", root] + identity, "leave out --certificate-…"),
                (["--certificate-identity", "a", "--trusted-root", root], "--certificate-oidc-issuer"),
                (identity, "give --trusted-root"),
                (identity + ["--certificate-identity-regexp", "a", "--trusted-root", root], "give --key, or one of"),
                (["--key", key, "--insecure-ignore-tlog", "--insecure-ignore-sct"], "--insecure-ignore-sct is for"),
                (["--key", "k8s://ns/key", "--insecure-ignore-tlog"], "is not a file"),
                (["--key", root, "--insecure-ignore-tlog"], "trusted_root.json: error: "),
                (["--trusted-root", key] + identity, "release.pub: error: "),
                (
                    [
                        "--certificate-identity-regexp", ".*", "--certificate-oidc-issuer-regexp", ".*",
                        "--trusted-root", root,
                    ], "anybody could sign"
                ),
                (
                    ["--certificate-identity-regexp", "(", "--certificate-oidc-issuer", "b", "--trusted-root", root],
                    "--certificate-identity-regexp: "
                ),
            ] {
                let command = try verify(arguments + [stage.signed])
                #expect(command.status == 2, "\(arguments)")
                #expect(command.errors.contains(words), "\(command.errors)")
                #expect(command.output == "")
            }
            #expect(try verify(byKey + ["NO IMAGE"]).status == 2)
        }

        @Test("those who ask for it get the exit codes of cosign")
        func cosignExitCodes() throws {
            let arguments = byKey + ["--cosign-exit-codes"]
            for (image, status) in [
                (stage.signed, 0), (stage.unsigned, 10), ("\(stage.registry)/shop/web:none", 11), (stage.forged, 12),
                ("127.0.0.1:\(try FreePort.any())/a:1", 1),
            ] {
                let command = try verify(arguments + ["--timeout", "5", image])
                #expect(command.status == Int32(status), "\(image): \(command.output)")
            }
        }

        @Test(
            "hostile text in a certificate, a statement or a tag never reaches the terminal as it is",
            arguments: ["table", "json"])
        func hostile(format: String) throws {
            let evil = "evil\u{1b}[31m\u{9b}2J\u{202e}\nverdict   verified"
            var identity = SimulatedIdentity.githubWorkflow()
            identity.name = .username(evil)
            let (image, material) = try publish(
                "verify/hostile-\(format)",
                [
                    .bundle(by: .keyless(identity)),
                    .attestationLayer(by: .keyless(identity), predicateType: "https://example.com/\(evil)"),
                ])
            let root = try scratch.write(material.trustedRoot.bytes, to: "trusted_root.json")
            for more in [[], ["--type", "spdxjson"]] {
                for expression in ["(.|\n)*evil(.|\n)*", "good"] {
                    let command = try verify(
                        more + [
                            "-o", format, "--trusted-root", root, "--certificate-identity-regexp", expression,
                            "--certificate-oidc-issuer", identity.issuer, image,
                        ])
                    #expect(command.status == (more.isEmpty && expression != "good" ? 0 : 1), "\(command.errors)")
                    #expect(command.output.isHarmless, "\(command.output)")
                    #expect(command.output.contains("evil"), "\(command.output)")
                    #expect(command.outputLines.count { $0.hasPrefix("verdict") } <= 1)
                }
            }
        }
    }
}
