import OCI
import Testing
import Trust

extension Notary {
    /// What becomes of a gate when the server does not go on as it should.
    @Suite("a notary server that is down, late or taken back") struct ServerTests {
        @Test(
            "trust data that the server does not renew counts until it expires, and then no more",
            arguments: TrustServer.Signing.allCases)
        func expired(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let gate = try Gate(world)
            // A timestamp is good for 14 days.
            #expect(try gate.verdict("v1", later: .days(13)) == .allowed(by: ["targets"]))
            #expect(try gate.verdict("v1", later: .days(15)) == .denied(.trustMetadataExpired))
            #expect(gate.words.contains("`timestamp.json`"))
            #expect(try Gate(world).verdict("v1", later: .days(15)) == .denied(.trustMetadataExpired))
        }

        @Test(
            "while it is down what is remembered counts within its own expiry", arguments: TrustServer.Signing.allCases)
        func down(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            _ = try world.push("v2")
            let gate = try Gate(world)
            let cold = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            world.server.stop()
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            #expect(!gate.words.isEmpty)
            #expect(try gate.verdict("v2") == .undetermined(.trustServerUnavailable))
            #expect(try gate.verdict("v1", later: .days(15)) == .undetermined(.trustServerUnavailable))
            #expect(try cold.verdict("v1") == .undetermined(.trustServerUnavailable))
        }

        @Test(
            "one that has forgotten everything is refused by a gate that remembers, and has signed nothing for another",
            arguments: TrustServer.Signing.allCases)
        func forgotten(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let (rules, gate) = (Rules(rootKeys: [try world.rootKey()]), try Gate(world))
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            world.server.stop()
            try world.server.start()
            #expect(try gate.verdict("v1") == .denied(.trustMetadataRolledBack))
            #expect(try Gate(world, rules).verdict("v1") == .denied(.signatureMissing))
        }

        @Test("one that is taken back to an old copy is refused by a gate that saw newer trust data")
        func rolledBack() throws {
            let world = try World(.signer, storage: .file)
            let (first, second) = (try world.push("v1", "first"), try world.push("v1", "second"))
            try world.owner.initialize()
            try world.owner.sign("v1", first)
            let backup = try world.server.backup()
            try world.owner.sign("v1", second)
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            try world.server.restore(backup)
            #expect(try gate.verdict("v1") == .denied(.trustMetadataRolledBack), "\(gate.words)")
            // Whoever saw nothing newer cannot know.
            #expect(try Gate(world).verdict(first) == .allowed(by: ["targets"]))
        }

        @Test(
            "a collection that somebody else makes anew under its name is not believed",
            arguments: TrustServer.Signing.allCases)
        func remade(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let (rules, gate) = (Rules(rootKeys: [try world.rootKey()]), try Gate(world))
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            world.server.stop()
            try world.server.start()
            let stranger = try world.publisher()
            try stranger.initialize()
            try stranger.sign("v1", try world.image("v1"))
            for gate in [gate, Gate(world, rules)] {
                #expect(try gate.verdict("v1") == .denied(.trustMetadataInvalid), "\(gate.words)")
            }
        }
    }
}
