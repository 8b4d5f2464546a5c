import OCI
import Testing
import Trust

extension Notary {
    /// What was signed once and is not any more.
    @Suite("a collection in which something is revoked") struct RevocationTests {
        @Test(
            "a tag that is removed is refused, and its digest counts for as long as the policy says",
            arguments: TrustServer.Signing.allCases)
        func tag(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let image = try world.push("v1")
            try world.owner.initialize()
            try world.owner.sign("v1", image)
            let (forgetting, remembering) = (try Gate(world), try Gate(world, rememberSigned: .days(7)))
            for gate in [forgetting, remembering] { #expect(try gate.verdict("v1") == .allowed(by: ["targets"])) }
            try world.owner.remove("v1")
            for gate in [forgetting, remembering] { #expect(try gate.verdict("v1") == .denied(.tagNotSigned)) }
            #expect(try forgetting.verdict(image) == .denied(.signatureMissing))
            #expect(try remembering.verdict(image) == .allowed(by: ["targets"]))
            #expect(try remembering.verdict(image, later: .days(8)) == .denied(.signatureMissing))
        }

        @Test(
            "of a signer who is removed nothing counts, not even what is remembered",
            arguments: TrustServer.Signing.allCases)
        func signer(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let image = try world.push("v1")
            try world.owner.initialize()
            try world.owner.leaveSnapshotsToServer()
            let alice = try world.publisher()
            let certificate = try alice.generateKey(for: "targets/alice")
            try world.owner.delegate("targets/alice", to: [certificate])
            try alice.sign("v1", image, as: ["targets/alice"])
            let gate = try Gate(world, signers: .allOf(["alice"]), rememberSigned: .days(7))
            #expect(try gate.verdict("v1") == .allowed(by: ["targets/alice"]))

            try world.owner.notary(["delegation", "remove", "-p", "-y", world.name, "targets/alice"])
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))
            #expect(try gate.verdict(image) == .denied(.signatureMissing))
        }

        @Test(
            "a signer's key that another takes the place of does not count, until the new one has signed",
            arguments: TrustServer.Signing.allCases)
        func signersKey(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let image = try world.push("v1")
            try world.owner.initialize()
            try world.owner.leaveSnapshotsToServer()
            let (lost, found) = (try world.publisher(), try world.publisher())
            try world.owner.delegate("targets/alice", to: [try lost.generateKey(for: "targets/alice")])
            try lost.sign("v1", image, as: ["targets/alice"])
            let gate = try Gate(world, signers: .allOf(["alice"]), rememberSigned: .days(7))
            #expect(try gate.verdict("v1") == .allowed(by: ["targets/alice"]))

            try world.owner.notary(["delegation", "remove", "-p", "-y", world.name, "targets/alice"])
            try world.owner.delegate("targets/alice", to: [try found.generateKey(for: "targets/alice")])
            #expect(try gate.verdict("v1") == .denied(.trustMetadataInvalid), "\(gate.words)")
            #expect(try gate.verdict(image) == .denied(.trustMetadataInvalid), "\(gate.words)")

            // The client adds nothing to a document that does not verify: it has to be signed again first, as it is.
            try found.notary(["witness", "-p", world.name, "targets/alice"])
            #expect(try gate.verdict("v1") == .allowed(by: ["targets/alice"]), "\(gate.words)")
        }

        @Test(
            "where the last key of `targets/releases` is taken away, `targets` speaks again for the tags that it names",
            arguments: TrustServer.Signing.allCases)
        func lastReleaseKey(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let (own, released) = (try world.push("v1"), try world.push("v2"))
            try world.owner.initialize()
            try world.owner.leaveSnapshotsToServer()
            let delegate = try world.publisher()
            try world.owner.delegate("targets/releases", to: [try delegate.generateKey(for: "targets/releases")])
            try world.owner.sign("v1", own)
            try delegate.sign("v2", released, as: ["targets/releases"])
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            #expect(try gate.verdict("v2") == .allowed(by: ["targets/releases"]))

            // The delegation stays, with `null` for its keys, and so does what it has published.
            try world.owner.notary(["delegation", "purge", "-p", world.name, "--key", try delegate.keyID()])
            for gate in [gate, try Gate(world)] {
                #expect(try gate.verdict("v1") == .allowed(by: ["targets"]), "\(gate.words)")
                #expect(try gate.verdict("v2") == .denied(.tagNotSigned), "\(gate.words)")
                #expect(try gate.verdict(released) == .denied(.signatureMissing), "\(gate.words)")
            }
        }

        @Test(
            "a collection that is deleted at the server has vanished for a gate that knew it",
            arguments: TrustServer.Signing.allCases)
        func deleted(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let (rules, gate) = (Rules(rootKeys: [try world.rootKey()]), try Gate(world))
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            try world.owner.notary(["delete", "--remote", world.name])
            #expect(try gate.verdict("v1") == .denied(.trustMetadataRolledBack))
            #expect(try Gate(world, rules).verdict("v1") == .denied(.signatureMissing))
        }
    }
}
