import OCI
import Testing
import Trust

extension Notary {
    /// The states of a collection, in the order in which they come about, and what `dockgate check` says to each.
    @Suite(
        "dockgate check against real servers",
        .enabled(if: Program.knowsContentTrust, "this dockgate has no attestor `contentTrust`"))
    struct CheckCommandTests {
        @Test(
            "the command says to each state of a collection what its policy says",
            arguments: TrustServer.Signing.allCases)
        func states(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let (first, second) = (try world.push("v1", "first"), try world.push("v2", "second"))
            let stranger = try CheckedGate(world, Rules(rootKeys: [try PrivateAuthority.publicKey()]))
            #expect(try stranger.verdict("v1") == .denied(.signatureMissing))

            try world.owner.initialize()
            try world.owner.leaveSnapshotsToServer()
            let rootKeys = [try world.rootKey()]
            let gate = try CheckedGate(world, Rules(rootKeys: rootKeys))
            let alices = try CheckedGate(world, Rules(rootKeys: rootKeys, signers: .allOf(["alice"])))
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))

            try world.owner.sign("v1", first)
            #expect(try gate.verdict("v1") == .allowed)
            #expect(try gate.verdict(first) == .allowed)
            #expect(try gate.verdict("v2") == .denied(.tagNotSigned))
            #expect(try gate.verdict(second) == .denied(.signatureMissing))
            #expect(try stranger.verdict("v1") == .denied(.trustMetadataInvalid))
            #expect(try alices.verdict("v1") == .denied(.tagNotSigned))

            let alice = try world.publisher()
            try world.owner.delegate("targets/alice", to: [try alice.generateKey(for: "targets/alice")])
            try alice.sign("v1", first, as: ["targets/alice"])
            #expect(try alices.verdict("v1") == .allowed)
            #expect(try alices.verdict(first) == .allowed)

            try world.owner.notary(["key", "rotate", world.name, "targets"])
            try world.owner.rotateRoot()
            for gate in [gate, alices] { #expect(try gate.verdict("v1") == .allowed) }

            _ = try world.push("v1", "moved")
            for gate in [gate, alices] { #expect(try gate.verdict("v1") == .denied(.signatureForOtherImage)) }
            try alice.sign("v1", try world.image("v1"), as: ["targets/alice"])
            #expect(try alices.verdict("v1") == .allowed)
            #expect(try gate.verdict("v1") == .denied(.signatureForOtherImage))

            try alice.remove("v1", as: ["targets/alice"])
            #expect(try alices.verdict("v1") == .denied(.tagNotSigned))
            try world.owner.remove("v1")
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))

            world.server.stop()
            #expect(try gate.verdict("v1") == .undetermined(.trustServerUnavailable))
        }
    }
}

extension Program {
    fileprivate static let knowsContentTrust =
        NotaryPrograms.directory != nil
        && (try? run("policy", "schema"))?.output.contains("\"contentTrust\"") == true
}
