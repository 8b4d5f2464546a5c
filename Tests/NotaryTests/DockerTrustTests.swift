import OCI
import Testing
import Trust

extension Notary {
    /// What a person types who has docker and no other client.
    @Suite(
        "docker push with Content Trust, and docker trust",
        .disabled(if: DockerEngine.whyNot != nil, DockerEngine.notStarted))
    struct DockerTrustTests {
        /// An image that docker has, by that tag.
        private func take(_ tag: String, _ world: World, _ engine: DockerEngine) throws -> String {
            let image = "\(world.name):\(tag)"
            _ = try world.push(tag, "pulled for \(tag)")
            try engine.docker("pull", "-q", image)
            return image
        }

        @Test(
            "what is pushed with DOCKER_CONTENT_TRUST=1 is allowed, and what is pushed without it refused",
            arguments: TrustServer.Signing.allCases)
        func push(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let engine = try DockerEngine(trusting: world.server)
            try engine.docker("push", try take("v1", world, engine), trusted: true)
            try engine.docker("push", try take("v2", world, engine))
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]), "\(gate.words)")
            #expect(try gate.verdict("v2") == .denied(.tagNotSigned))
            // As docker itself has it.
            #expect(try engine.attempt(["pull", "\(world.name):v1"], trusted: true).status == 0)
            #expect(try engine.attempt(["pull", "\(world.name):v2"], trusted: true).status != 0)
        }

        @Test(
            "a signer of `docker trust signer add` signs, revokes and is removed, and the gate follows",
            arguments: TrustServer.Signing.allCases)
        func signer(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let engine = try DockerEngine(trusting: world.server)
            let (own, image) = (try take("v0", world, engine), try take("v1", world, engine))
            try engine.docker("push", own, trusted: true)
            try engine.docker("trust", "key", "generate", "--dir", engine.path(""), "release")
            try engine.docker("trust", "signer", "add", "--key", engine.path("release.pub"), "release", world.name)
            let (named, released) = (try Gate(world, signers: .allOf(["release"])), try Gate(world))
            for gate in [named, released] { #expect(try gate.verdict("v1") == .denied(.tagNotSigned)) }

            try engine.docker("trust", "sign", image)
            #expect(try named.verdict("v1") == .allowed(by: ["targets/release"]), "\(named.words)")
            #expect(try released.verdict("v1") == .allowed(by: ["targets/releases"]), "\(released.words)")
            let inspected = try engine.docker("trust", "inspect", world.name)
            #expect(inspected.contains(try world.image("v1").digest.hexadecimal))

            try engine.docker("trust", "revoke", "-y", image)
            for gate in [named, released] { #expect(try gate.verdict("v1") == .denied(.tagNotSigned)) }

            try engine.docker("trust", "sign", image)
            #expect(try named.verdict("v1") == .allowed(by: ["targets/release"]))
            // With `--force` it leaves the last signer of a release where it is, and says nothing.
            try engine.docker("trust", "signer", "remove", "release", world.name, answering: "y\n")
            #expect(try named.verdict("v1") == .denied(.tagNotSigned), "\(named.words)")
            #expect(try released.verdict("v1") == .denied(.tagNotSigned), "\(released.words)")
            #expect(try released.verdict("v0") == .allowed(by: ["targets"]), "\(released.words)")
            #expect(try engine.attempt(["pull", own], trusted: true).status == 0)
            #expect(try engine.attempt(["pull", image], trusted: true).status != 0)
        }
    }
}
