import Cryptography
import OCI
import StrictJSON
import TestSupport
import Testing
import Trust

extension EndToEnd {
    /// What hangs on images of a registry.
    @Suite("dockgate tree")
    struct TreeCommandTests {
        private static let simulated = Result { try SigstoreSimulator() }
        private static let notVerified = "Nothing of this was verified: it is what the artifacts say of themselves."

        private let stage: Stage
        private let scratch: Scratch

        init() throws { (stage, scratch) = (try Stage.current(), try Scratch()) }

        private func tree(_ registry: String, _ arguments: String..., environment: [String: String] = [:]) throws
            -> Command
        {
            return try Command.run(
                Program.path, ["tree", "--config", scratch.configuration(of: registry)] + arguments,
                environment: environment)
        }

        private func json(_ command: Command) throws -> JSONValue {
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1" && root["verified"]?.boolean == false)
            return root
        }

        private func sign(_ manifest: [UInt8], _ orders: [SigningOrder]) throws -> [SignedMaterial] {
            var sigstore = try TreeCommandTests.simulated.get()
            return try orders.map { try sigstore.sign(manifest, $0) }
        }

        private let signer =
            "by `\(SimulatedIdentity.githubWorkflow().subject)` as `https://token.actions.githubusercontent.com` knows it, log entry "

        @Test("signatures, attestations and bundles are shown where they lie, with who is said to have made them")
        func everything() throws {
            let path = "tree/everything"
            let manifest = try stage.pushing.pushImage("everything", to: path, tag: "1")
            let digest = Digest.sha256(of: manifest)
            let key = SigningOrder.Signer.key(try PrivateKey.generate(.ecdsaP256))
            let materials = try sign(
                manifest,
                [
                    .signatureLayer(), .signatureLayer(by: key), .attestationLayer(), .bundle(),
                    .bundle(predicateType: "https://spdx.dev/Document"), .message(),
                ])
            try stage.pushing.push(materials, about: manifest, to: path)
            let command = try tree(stage.registry, "\(stage.registry)/\(path):1")
            #expect(command.status == 0, "\(command.errors)")
            let lines = command.outputLines
            #expect(lines.first?.hasPrefix("\(stage.registry)/\(path)@\(digest)  \(MediaType.ociManifest)  ") == true)
            #expect(lines.last == TreeCommandTests.notVerified)
            #expect(lines.count { $0.hasPrefix("  tag \(digest.tagPrefix).sig  sha256:") } == 1, "\(command.output)")
            #expect(lines.count { $0.hasPrefix("    signature \(signer)") } == 3, "\(command.output)")
            #expect(lines.count { $0.hasPrefix("    signature by a key, log entry ") } == 1, "\(command.output)")
            #expect(lines.count { $0.hasPrefix("  tag \(digest.tagPrefix).att  sha256:") } == 1)
            #expect(
                lines.count { $0.hasPrefix("    attestation of type `https://slsa.dev/provenance/v0.2` \(signer)") }
                    == 1, "\(command.output)")
            #expect(lines.count { $0.hasPrefix("    attestation of type `https://spdx.dev/Document` \(signer)") } == 1)
            #expect(lines.count { $0.hasPrefix("  referrer sha256:") } == 3)

            let root = try json(try tree(stage.registry, "-o", "json", "\(stage.registry)/\(path):1"))
            #expect(root["image"]?.string == "\(stage.registry)/\(path)@\(digest)")
            let artifacts = try #require(root["artifacts"]).elements.map { $0 }
            #expect(artifacts.count == 5)
            let bundles = artifacts.filter { $0["referrer"]?.boolean == true }
            #expect(bundles.allSatisfy { $0["type"]?.string == BundleDraft.Version.v03.rawValue })
            let subjects = bundles.compactMap {
                $0["holds"]?.elements.first { _ in true }?["signer"]?["subject"]?.string
            }
            #expect(subjects == Array(repeating: SimulatedIdentity.githubWorkflow().subject, count: 3))
        }

        @Test("what a registry lists is shown, and what hangs on that in turn")
        func listed() async throws {
            try await withRegistrySimulator { registry in
                registry.listReferrers(.listed(perPage: 1))
                let digest = registry.pushImage(to: "team/app", tag: "1", content: "listed")
                let packages = registry.pushArtifact(
                    "application/spdx+json", layer: Array("packages".utf8), mediaType: "text/spdx+json", about: digest,
                    to: "team/app")
                let report = registry.pushArtifact(
                    "application/sarif+json", layer: Array("report".utf8), mediaType: "application/sarif+json",
                    about: packages, to: "team/app")
                let manifest = try #require(registry.manifest("1", of: "team/app"))
                let bundle = SignatureArtifact.bundle(
                    try #require(try sign(manifest, [.bundle()]).first?.bundle), about: ImageDescriptor(bytes: manifest)
                )
                try Pushing.simulator(registry).push(bundle, to: "team/app")
                let command = try tree(registry.authority, "\(registry.authority)/team/app:1")
                #expect(command.status == 0, "\(command.errors)")
                let lines = command.outputLines
                #expect(
                    lines.contains { $0.hasPrefix("  referrer \(packages)  application/spdx+json  ") },
                    "\(command.output)")
                #expect(lines.contains("    text/spdx+json  8 bytes"), "\(command.output)")
                #expect(lines.contains { $0.hasPrefix("    referrer \(report)  application/sarif+json  ") })
                #expect(lines.contains("      application/sarif+json  6 bytes"))
                #expect(lines.contains { $0.hasPrefix("    signature \(signer)") })
            }
        }

        @Test("of an index each platform is shown, with what hangs on it, also through the fallback tag")
        func index() throws {
            let path = "tree/index"
            let child = try stage.pushing.pushImage("a platform", to: path, tag: "amd64")
            var entry = ImageDescriptor(bytes: child).json
            entry["platform"] = ["architecture": "arm64", "os": "linux", "variant": "v8"]
            let index: JSONTree = [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array([entry]),
            ]
            try stage.pushing.push(manifest: index.bytes, mediaType: MediaType.ociIndex, to: path, tag: "1")
            try stage.pushing.push(try sign(child, [.bundle()]), about: child, to: path)
            try stage.pushing.push(try sign(index.bytes, [.bundle()]), about: index.bytes, to: path)
            let command = try tree(stage.registry, "\(stage.registry)/\(path):1")
            let lines = command.outputLines
            #expect(command.status == 0, "\(command.errors)")
            #expect(lines.first?.contains(MediaType.ociIndex) == true)
            #expect(
                lines.contains { $0.hasPrefix("  linux/arm64/v8  \(Digest.sha256(of: child))  ") }, "\(command.output)")
            #expect(lines.count { $0.hasPrefix("  referrer sha256:") } == 1)
            #expect(lines.count { $0.hasPrefix("    referrer sha256:") } == 1)
            #expect(lines.count { $0.hasPrefix("      signature \(signer)") } == 1)
        }

        @Test("an image on which nothing hangs, and what is kept in another repository")
        func otherRepository() throws {
            let path = "tree/image"
            let manifest = try stage.pushing.pushImage("elsewhere", to: path, tag: "1")
            try stage.pushing.push(try sign(manifest, [.bundle()]), about: manifest, to: "tree/signatures")
            let image = "\(stage.registry)/\(path):1"
            let bare = try tree(stage.registry, image)
            #expect(bare.status == 0 && bare.outputLines.contains("  nothing hangs on it"), "\(bare.output)")
            let elsewhere = "\(stage.registry)/tree/signatures"
            for command in [
                try tree(stage.registry, "--signature-repository", elsewhere, image),
                try tree(stage.registry, image, environment: ["COSIGN_REPOSITORY": elsewhere]),
            ] {
                #expect(command.status == 0 && command.output.contains("    signature \(signer)"), "\(command.output)")
            }
        }

        @Test("what cannot be looked at ends with 3, and the rest is shown")
        func unseen() async throws {
            try await withRegistrySimulator { registry in
                _ = registry.pushImage(to: "team/app", tag: "1", content: "unseen")
                let manifest = try #require(registry.manifest("1", of: "team/app"))
                try Pushing.simulator(registry).push(try sign(manifest, [.bundle()]), about: manifest, to: "team/app")
                let tag = Digest.sha256(of: manifest).tagPrefix + ".att"
                registry.script(ScriptedFault("/v2/team/app/manifests/\(tag)", do: .status(503)))
                let command = try tree(registry.authority, "\(registry.authority)/team/app:1")
                #expect(command.status == 3)
                #expect(
                    command.output.contains("could not be looked at: ")
                        && command.output.contains("[registry-unavailable]"))
                #expect(command.output.contains("    signature \(signer)"), "\(command.output)")
                registry.clearFaults()
                registry.script(ScriptedFault("/v2/team/app/manifests/1", do: .status(503)))
                #expect(try tree(registry.authority, "\(registry.authority)/team/app:1").status == 3)
            }
            let absent = try tree(stage.registry, "\(stage.registry)/tree/none:1")
            #expect(absent.status == 2 && absent.errors.contains("there is no `"), "\(absent.errors)")
            #expect(try tree(stage.registry, "127.0.0.1:\(try FreePort.any())/a:1", "--timeout", "5").status == 3)
            #expect(try tree(stage.registry, "NO IMAGE").status == 2)
        }

        @Test("a list of what is not there, not about the image, or without end is told as that")
        func strangeLists() async throws {
            try await withRegistrySimulator { registry in
                let digest = registry.pushImage(to: "team/app", tag: "1", content: "an image")
                let other = registry.pushImage(to: "team/app", tag: "2", content: "another image")
                let stray = registry.pushArtifact(
                    "application/x", layer: [1], mediaType: "application/x", about: other, to: "team/app")
                let stated = try #require(registry.manifest("\(stray)", of: "team/app"))
                var entries = [ImageDescriptor(bytes: stated).json]
                entries += (0..<300).map { ImageDescriptor(bytes: Array("absent \($0)".utf8)).json }
                let list: JSONTree = [
                    "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(entries),
                ]
                registry.push(
                    manifest: list.bytes, mediaType: MediaType.ociIndex, to: "team/app", tag: digest.referrersTag)
                let command = try tree(registry.authority, "\(registry.authority)/team/app:1")
                #expect(
                    command.output.contains("problem: it is listed, and does not say itself that it is about this\n"))
                #expect(command.output.contains("problem: it is listed and does not exist\n"))
                #expect(command.output.contains("\n45 more were not looked at: more than 256\n"), "\(command.output)")
                #expect(command.status == 3)
                #expect(registry.requests.count < 300, "\(registry.requests.count) requests")
            }
        }

        @Test("hostile text never reaches the terminal as it is", arguments: ["table", "json"])
        func hostile(format: String) async throws {
            let evil = "evil\u{1b}[31m\u{9b}2J\u{202e}\n  tag x"
            try await withRegistrySimulator { registry in
                registry.listReferrers(.listed(perPage: 50))
                let digest = registry.pushImage(to: "team/app", tag: "1", content: "hostile")
                registry.pushArtifact(evil, layer: [1], mediaType: "application/x", about: digest, to: "team/app")
                let manifest = try #require(registry.manifest("1", of: "team/app"))
                var identity = SimulatedIdentity.person()
                identity.name = .username(evil)
                let materials = try sign(
                    manifest,
                    [
                        .bundle(by: .keyless(identity), predicateType: evil),
                        .signatureLayer(by: .keyless(identity)),
                    ])
                try Pushing.simulator(registry).push(materials, about: manifest, to: "team/app")
                let command = try tree(registry.authority, "\(registry.authority)/team/app:1", "-o", format)
                #expect(command.status == 0, "\(command.errors)")
                #expect(command.output.isHarmless && command.output.contains("evil"), "\(command.output)")
                #expect(!command.outputLines.contains { $0.hasPrefix("  tag x") })
            }
        }
    }
}
