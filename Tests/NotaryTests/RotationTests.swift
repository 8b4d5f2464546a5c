import OCI
import Testing
import Trust

extension Notary {
    /// Keys that others take the place of.
    @Suite("a collection whose keys are rotated") struct RotationTests {
        @Test(
            "a gate that has seen a collection, and one that has not, follow each rotation that is no root's",
            arguments: TrustServer.Signing.allCases)
        func rolesBelow(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            let rotations = [
                ["snapshot", "-r"], ["targets"], ["snapshot"], ["snapshot", "-r"], ["timestamp", "-r"], ["targets"],
            ]
            for rotation in rotations {
                try world.owner.notary(["key", "rotate", world.name] + rotation)
                #expect(try gate.verdict("v1") == .allowed(by: ["targets"]), "\(rotation): \(gate.words)")
                #expect(try Gate(world).verdict("v1") == .allowed(by: ["targets"]), "\(rotation)")
            }
            try world.owner.sign("v2", try world.push("v2"))
            #expect(try gate.verdict("v2") == .allowed(by: ["targets"]))
        }

        @Test(
            "after root rotations the first key that was pinned leads to the last, and the last needs no other",
            arguments: TrustServer.Signing.allCases)
        func root(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let (first, firstCertificates) = (try world.rootKey(), try world.rootCertificates())
            let seen = try Gate(world)
            #expect(try seen.verdict("v1") == .allowed(by: ["targets"]))
            for _ in 1...2 { try world.owner.rotateRoot() }
            let last = try world.rootKey()
            #expect(first != last)
            for gate in [
                seen, Gate(world, Rules(rootKeys: [first])), Gate(world, Rules(rootKeys: firstCertificates)),
                Gate(world, Rules(rootKeys: [last])), Gate(world, Rules(rootKeys: try world.rootCertificates())),
            ] {
                #expect(try gate.verdict("v1") == .allowed(by: ["targets"]), "\(gate.words)")
            }
            try world.owner.sign("v2", try world.push("v2"))
            #expect(try seen.verdict("v2") == .allowed(by: ["targets"]))
            let stranger = try PrivateAuthority.publicKey()
            #expect(try Gate(world, Rules(rootKeys: [stranger])).verdict("v1") == .denied(.trustMetadataInvalid))
        }
    }
}
