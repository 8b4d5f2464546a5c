import Cryptography
import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("dockgate trust")
    struct TrustCommandTests {
        /// `trust WORD …`, without anything of the docker client of whoever runs the tests.
        private func trust(_ world: TrustedRepository, _ arguments: String...) throws -> Command {
            try Command.run(
                Program.path, ["trust", arguments[0], "--config", world.files.configuration] + arguments.dropFirst(),
                environment: [
                    "DOCKER_CONFIG": world.files.scratch.path + "/docker", "DOCKER_CONTENT_TRUST_SERVER": "",
                ])
        }

        private func json(_ command: Command) throws -> JSONValue {
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            return root
        }

        @Test("inspect shows signers, keys, expiries and tags, all verified")
        func inspect() async throws {
            try await withTrustedRepository { world in
                let release = try NotaryKey.generate()
                let later = try NotaryKey.generate()
                world.notary.delegations = [
                    .init("targets/releases", [release], tags: ["1.0": .init(sha256: world.digest.bytes)]),
                    .init("targets/later", [later]),
                ]
                world.notary.delegations[1].isPublished = false
                try world.signAnother("1.0")
                let root = world.files.path("policies/root.pem")
                let command = try trust(world, "inspect", "--root-key", root, world.name)
                #expect(command.status == 0, "\(command.errors)")
                let lines = command.outputLines
                #expect(lines.contains { $0.hasPrefix("believed") && $0.hasSuffix("roots of `\(root)`") })
                #expect(lines.contains { $0.hasPrefix("root") && $0.contains("version 1, expires 20") })
                #expect(
                    lines.contains { $0.hasPrefix("targets/releases") && $0.contains("version 2, expires ") },
                    "\(command.output)")
                let fingerprint = release.key.publicKey.fingerprint.hexadecimal
                #expect(lines.contains { $0.hasPrefix("  key") && $0.contains(fingerprint) }, "\(command.output)")
                #expect(lines.contains { $0.hasPrefix("targets/later") && $0.hasSuffix("has signed nothing yet") })
                let tag = "1.0  \(world.digest)  signed by targets, targets/releases"
                #expect(lines.contains { $0.hasPrefix("tag") && $0.hasSuffix(tag) }, "\(command.output)")

                let told = try json(try trust(world, "inspect", "--root-key", root, world.name, "-o", "json"))
                #expect(told["verified"]?.boolean == true)
                #expect(told["server"]?.string == "https://\(world.simulator.authority)")
                #expect(
                    told["roles"]?.elements.compactMap { $0["role"]?.string } == [
                        "root", "timestamp", "snapshot", "targets",
                    ])
                let tags = try #require(told["tags"]).elements.compactMap { $0["tag"]?.string }
                #expect(tags == ["1.0", "signed"])
                let signers = try #require(told["tags"]?.elements.first { _ in true }?["signedBy"])
                #expect(signers.elements.compactMap(\.string) == ["targets", "targets/releases"])
            }
        }

        @Test("inspect ends with 1 where nothing is signed or another root signs, and with 3 where nobody answers")
        func inspectRefused() async throws {
            try await withTrustedRepository { world in
                let other = try world.files.scratch.write(
                    try PrivateKey.generate(.ecdsaP256).publicKeyPEM, to: "other.pem")
                let untrusted = try trust(world, "inspect", "--root-key", other, world.name, "-o", "json")
                #expect(untrusted.status == 1)
                #expect(try json(untrusted)["reason"]?.string == "trust-metadata-invalid")
                let unsigned = try trust(world, "inspect", "\(world.simulator.authority)/shop/other")
                #expect(unsigned.status == 1)
                #expect(unsigned.output.contains("signature-missing"), "\(unsigned.output)")
                world.simulator.script(ScriptedFault("/v2/\(world.name)/", do: .close))
                let down = try trust(world, "inspect", world.name, "-o", "json")
                #expect(down.status == 3)
                #expect(try json(down)["undetermined"]?.boolean == true)
                #expect(try trust(world, "inspect", "--root-key", world.name, world.name).status == 2)
                #expect(try trust(world, "inspect", "--server", "ftp://x", world.name).status == 2)
                #expect(try trust(world, "inspect", "A").status == 2)
            }
        }

        @Test("readiness tells which tags are signed by Content Trust, by cosign, by both or by neither")
        func readiness() async throws {
            try await withTrustedRepository { world in
                let key = try PrivateKey.generate(.ecdsaP256)
                let both = world.simulator.pushImage(to: "shop/cart", tag: "both", content: "both")
                let cosign = world.simulator.pushImage(to: "shop/cart", tag: "cosign", content: "cosign")
                for digest in [both, cosign] { try world.sign(digest, with: key) }
                world.notary.tags["both"] = .init(sha256: both.bytes)
                try world.signAnother("gone", isPushed: false)
                let command = try trust(world, "readiness", world.name)
                #expect(command.status == 1, "\(command.errors)")
                func row(_ tag: String) -> [String]? {
                    command.outputLines.map { $0.split(separator: " ").map(String.init) }.first {
                        $0.count > 1 && $0[1] == tag
                    }.map { Array($0.dropFirst(2)) }
                }
                #expect(row("both") == ["signed", "signed", "both"], "\(command.output)")
                #expect(row("cosign") == ["-", "signed", "cosign", "only"], "\(command.output)")
                #expect(row("signed") == ["signed", "-", "content", "trust", "only"], "\(command.output)")
                #expect(row("unsigned") == ["-", "-", "none"], "\(command.output)")
                #expect(
                    command.outputLines.last == "4 tags: 1 both, 1 content trust only, 1 cosign only, 1 none",
                    "\(command.output)")
                let ready = try trust(world, "readiness", "\(world.name):both", "\(world.name):cosign", "-o", "json")
                #expect(ready.status == 0)
                let tags = try #require(try json(ready)["tags"]).elements
                #expect(tags.compactMap { $0["signedBy"]?.string } == ["both", "cosign only"])
                #expect(tags.compactMap { $0["contentTrust"]?["state"]?.string } == ["signed", "unsigned"])
            }
        }

        @Test("with --root-key the root of the docker client's folder counts for nothing")
        func rootKey() async throws {
            try await withTrustedRepository { world in
                for name in ["root", "timestamp", "snapshot", "targets"] {
                    try world.files.scratch.write(
                        try #require(world.notary.files["\(name).json"]),
                        to: "docker/trust/tuf/\(world.name)/metadata/\(name).json")
                }
                let other = try world.files.scratch.write(
                    try PrivateKey.generate(.ecdsaP256).publicKeyPEM, to: "other.pem")
                let image = "\(world.name):signed"
                let believed = try trust(world, "readiness", image)
                #expect(believed.output.contains("content trust only"), "\(believed.output)")
                let untrusted = try trust(world, "readiness", "--root-key", other, image)
                #expect(untrusted.output.contains("refused: trust-metadata-invalid"), "\(untrusted.output)")
                #expect(try trust(world, "inspect", "--root-key", other, world.name).status == 1)
            }
        }

        @Test("with an attestor of the policies only what that verifies counts as signed by cosign")
        func readinessVerified() async throws {
            try await withTrustedRepository { world in
                let key = try PrivateKey.generate(.ecdsaP256)
                try world.sign(world.digest, with: try PrivateKey.generate(.ecdsaP256))
                try world.files.scratch.write(key.publicKeyPEM, to: "policies/release.pub")
                let list = try world.files.scratch.write("# what we sign\n\(world.name):signed # v1\n", to: "list.txt")
                let verified = ["readiness", "--file", list, "--policies", world.files.policies, "--by", "release-key"]
                func run() throws -> Command {
                    try trust(
                        world, verified[0], verified[1], verified[2], verified[3], verified[4], verified[5], verified[6]
                    )
                }
                let strangers = try run()
                #expect(strangers.status == 1)
                #expect(strangers.output.contains("refused: signature-invalid"), "\(strangers.output)")
                try world.sign(world.digest, with: key)
                let own = try run()
                #expect(own.status == 0, "\(own.output)\(own.errors)")
                #expect(own.output.contains("1 tag: 1 both"), "\(own.output)")
                let unknown = try trust(
                    world, "readiness", "--policies", world.files.policies, "--by", "nobody", world.name)
                #expect(unknown.status == 2)
                #expect(try trust(world, "readiness", "--by", "release-key", world.name).status == 2)
                #expect(try trust(world, "readiness").status == 2)
                let misspelled = try trust(world, "readiness", "\(world.simulator.authority)/shop/carts")
                #expect(misspelled.status == 3)
                #expect(misspelled.output.contains("is not there"), "\(misspelled.output)")
                world.simulator.script(ScriptedFault("/v2/shop/cart/tags/list", do: .close))
                #expect(try trust(world, "readiness", world.name).status == 3)
            }
        }
    }
}

extension TrustedRepository {
    /// Signs as cosign 2 does, in place of what was signed so before.
    fileprivate func sign(_ digest: Digest, with key: PrivateKey) throws {
        let payload = Array(
            #"{"critical":{"identity":{"docker-reference":"\#(name)"},"image":{"docker-manifest-digest":"\#(digest)"},"type":"cosign container image signature"},"optional":null}"#
                .utf8)
        let signature = try key.sign(payload, scheme: .ecdsa(.sha256))
        simulator.pushSignatures(
            [SimulatedSignature(payload: payload, signature: Base64.encode(signature))], of: digest, to: "shop/cart")
    }
}
