import Cryptography
import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing
import Timestamp

extension EndToEnd {
    @Suite("Docker Content Trust")
    struct ContentTrustTests {
        @Test("a tag that was signed may run, and one that was not, was moved or has another root may not")
        func tags() async throws {
            try await withTrustedRepository { world in
                let signed = try world.check("signed")
                #expect(signed.status == 0, "\(signed.output)\(signed.errors)")
                #expect(try world.check("@\(world.digest)").status == 0)
                let unsigned = try world.check("unsigned")
                #expect(unsigned.status == 1)
                #expect(unsigned.output.contains("tag-not-signed"), "\(unsigned.output)")
                world.simulator.pushImage(to: "shop/cart", tag: "signed", content: "other")
                let moved = try world.check("signed")
                #expect(moved.status == 1)
                #expect(moved.output.contains("signature-for-other-image"), "\(moved.output)")
                try world.files.scratch.write(
                    try PrivateKey.generate(.ecdsaP256).publicKeyPEM, to: "policies/root.pem")
                let untrusted = try world.check("signed")
                #expect(untrusted.status == 1)
                #expect(untrusted.output.contains("trust-metadata-invalid"), "\(untrusted.output)")
            }
        }

        @Test("a server that does not answer leaves it open, and one without trust data refuses")
        func noAnswer() async throws {
            try await withTrustedRepository { world in
                world.simulator.script(ScriptedFault("/v2/\(world.name)/", do: .close))
                let down = try world.check("signed")
                #expect(down.status == 3)
                #expect(down.output.contains("trust-server-unavailable"), "\(down.output)")
                world.simulator.clearFaults()
                world.serve(try SimulatedNotary(of: world.name))
                let nothing = try world.check("signed")
                #expect(nothing.status == 1)
                #expect(nothing.output.contains("signature-missing"), "\(nothing.output)")
            }
        }

        @Test("a gate asks the server once for many requests, and remembers over a restart what it has seen")
        func rollback() async throws {
            try await withTrustedRepository { world in
                let former = world.notary
                try world.signAnother()
                try world.serve { (gate) throws in
                    #expect(try gate.ask("\(world.name):another", in: "trusted").isAllowed, "\(gate.log)")
                    let asked = world.simulator.trustDataAsked.count
                    #expect(asked == 4)
                    for _ in 0..<5 { #expect(try gate.ask("\(world.name):another", in: "trusted").isAllowed) }
                    #expect(world.simulator.trustDataAsked.count == asked)
                }
                world.serve(former)
                try world.serve { (gate) throws in
                    let answer = try gate.ask("\(world.name):signed", in: "trusted")
                    #expect(!answer.isAllowed)
                    #expect(answer.reason == "trust-metadata-rolled-back")
                }
                // Who remembers nothing cannot tell.
                #expect(try world.check("signed").status == 0)
            }
        }

        @Test("DOCKER_CONTENT_TRUST demands it of every image, whatever the policies ask for")
        func demanded() async throws {
            try await withTrustedRepository { world in
                let home = world.files.scratch.path
                let on = ["DOCKER_CONTENT_TRUST": "1", "DOCKER_CONFIG": home + "/docker"]
                let anywhere = "elsewhere"
                #expect(try world.check("unsigned", policies: anywhere).status == 0)
                let refused = try world.check("unsigned", policies: anywhere, environment: on)
                #expect(refused.status == 1)
                #expect(refused.output.contains("DOCKER_CONTENT_TRUST"), "\(refused.output)")
                #expect(refused.output.contains("tag-not-signed"), "\(refused.output)")
                #expect(try world.check("signed", policies: anywhere, environment: on).status == 0)
                for value in ["0", "false", ""] {
                    let off = on.merging(["DOCKER_CONTENT_TRUST": value]) { $1 }
                    #expect(try world.check("unsigned", policies: anywhere, environment: off).status == 0, "\(value)")
                }
                let disabled = try world.check(
                    "unsigned", policies: anywhere, environment: on, "--disable-content-trust")
                #expect(disabled.status == 0)
                // It vouches for nothing.
                let stranger = try Command.run(
                    Program.path, ["check", "--policies", try world.nothing(), "-o", "plain", "\(world.name):signed"],
                    environment: on)
                #expect(stranger.status == 1)
                #expect(stranger.output.contains("not-vouched"), "\(stranger.output)")
                let server = on.merging(["DOCKER_CONTENT_TRUST_SERVER": "http://127.0.0.1"]) { $1 }
                let malformed = try world.check("signed", policies: anywhere, environment: server)
                #expect(malformed.status == 2)
                #expect(malformed.errors.contains("`DOCKER_CONTENT_TRUST_SERVER`"), "\(malformed.errors)")
                let remote = try Command.run(
                    Program.path, ["check", "--server", "https://127.0.0.1:1", "\(world.name):signed"],
                    environment: on)
                #expect(remote.status == 2)
                #expect(remote.errors.contains("--disable-content-trust"), "\(remote.errors)")
            }
        }

        @Test("the docker client's trust folder pins a root, and keeps older trust data away")
        func folder() async throws {
            try await withTrustedRepository { world in
                let folder = "docker/trust/tuf/\(world.name)/metadata"
                let on = [
                    "DOCKER_CONTENT_TRUST": "1", "DOCKER_CONFIG": world.files.scratch.path + "/docker",
                    "DOCKER_CONTENT_TRUST_SERVER": "https://\(world.simulator.authority)",
                ]
                let former = world.notary
                try world.signAnother()
                for name in ["root", "timestamp", "snapshot", "targets"] {
                    try world.files.scratch.write(
                        try #require(world.notary.files["\(name).json"]), to: "\(folder)/\(name).json")
                }
                #expect(try world.check("signed", policies: "x", environment: on).status == 0)
                world.serve(former)
                let older = try world.check("signed", policies: "x", environment: on)
                #expect(older.status == 1)
                #expect(older.output.contains("trust-metadata-rolled-back"), "\(older.output)")
                var other = try SimulatedNotary(of: world.name, root: former.root.keys[0].other(for: world.name))
                other.tags = former.tags
                try other.publish()
                world.serve(other)
                let untrusted = try world.check("signed", policies: "x", environment: on)
                #expect(untrusted.status == 1)
                #expect(untrusted.output.contains("trust-metadata-"), "\(untrusted.output)")
                // Without the folder it is the first root that comes.
                let alone = on.merging(["DOCKER_CONFIG": world.files.scratch.path + "/nothing"]) { $1 }
                #expect(try world.check("signed", policies: "x", environment: alone).status == 0)
                // What cannot be read is not as though there were nothing.
                world.serve(former)
                try world.files.scratch.write("{}", to: "\(folder)/root.json")
                for _ in 0..<2 {
                    let unreadable = try world.check("signed", policies: "x", environment: on)
                    #expect(unreadable.status == 1)
                    #expect(unreadable.output.contains("root.json"), "\(unreadable.output)")
                    // Nor is a folder that is none.
                    try? FileManager.default.removeItem(atPath: world.files.path(folder))
                    try world.files.scratch.write("", to: folder)
                }
            }
        }

        @Test("the docker client's folder of authorities counts for the server that the environment names")
        func authorities() async throws {
            let authority = try SimulatedAuthority()
            let certificate = try authority.certificate(for: ["127.0.0.1"])
            try await withRegistrySimulator(certificate: certificate) { server in
                try await withTrustedRepository { world in
                    server.publish(world.notary)
                    let on = [
                        "DOCKER_CONTENT_TRUST": "1", "DOCKER_CONFIG": world.files.scratch.path + "/docker",
                        "DOCKER_CONTENT_TRUST_SERVER": "https://\(server.authority)",
                    ]
                    let unknown = try world.check("signed", policies: "x", environment: on)
                    #expect(unknown.status == 3, "\(unknown.output)")
                    try world.files.scratch.write(
                        authority.certificatePEM, to: "docker/tls/\(server.authority)/ca.crt")
                    let known = try world.check("signed", policies: "x", environment: on)
                    #expect(known.status == 0, "\(known.output)")
                    #expect(!server.trustDataAsked.isEmpty)
                }
            }
        }
    }
}

extension TrustedRepository {
    /// A directory of a policy that is about no image here.
    fileprivate func nothing() throws -> String {
        try files.scratch.write(
            """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: others}
            spec:
              match: {images: ["docker.io/**"]}
              checks:
                - trustedRegistries: ["docker.io/**"]

            """, to: "nothing/others.yaml")
        return files.path("nothing")
    }
}

extension NotaryKey {
    /// Another root key, with a certificate that is valid now.
    fileprivate func other(for name: String) throws -> NotaryKey {
        let now = Int64(Date().timeIntervalSince1970)
        return try .root(
            for: name, from: .init(secondsSince1970: now - 60), to: .init(secondsSince1970: now + 86_400))
    }
}
