import OCI
import Testing
import Trust

extension Notary {
    /// Signers who have no key of the owner's.
    @Suite("a collection with delegations") struct DelegationTests {
        /// The owner's collection, in which snapshots are left to the server so that others can publish.
        private func world(_ signing: TrustServer.Signing) throws -> World {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.leaveSnapshotsToServer()
            return world
        }

        @Test(
            "what a delegate releases is allowed, and goes before what the owner says of the same tag",
            arguments: TrustServer.Signing.allCases)
        func releases(signing: TrustServer.Signing) throws {
            let world = try world(signing)
            let first = try world.push("v1", "first")
            let delegate = try world.publisher()
            let gate = try Gate(world)
            try world.owner.delegate("targets/releases", to: [try delegate.generateKey(for: "targets/releases")])
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))

            try delegate.sign("v1", first, as: ["targets/releases"])
            #expect(try gate.verdict("v1") == .allowed(by: ["targets/releases"]))
            #expect(try gate.verdict(first) == .allowed(by: ["targets/releases"]))

            let second = try world.push("v1", "second")
            try world.owner.sign("v1", second)
            #expect(try gate.verdict("v1") == .denied(.signatureForOtherImage))
            #expect(try gate.verdict(second) == .denied(.signatureMissing))
        }

        @Test(
            "where signers are named each of them has to sign the same image", arguments: TrustServer.Signing.allCases)
        func signers(signing: TrustServer.Signing) throws {
            let world = try world(signing)
            let (first, second) = (try world.push("v1", "first"), try world.push("v2", "second"))
            let (alice, bob) = (try world.publisher(), try world.publisher())
            try world.owner.delegate("targets/alice", to: [try alice.generateKey(for: "targets/alice")])
            try world.owner.delegate("targets/bob", to: [try bob.generateKey(for: "targets/bob")])
            let (both, either) = (
                try Gate(world, signers: .allOf(["alice", "bob"])), try Gate(world, signers: .anyOf(["alice", "bob"]))
            )
            let carol = try Gate(world, signers: .anyOf(["carol"]))

            try world.owner.sign("v1", first)
            for gate in [both, either, carol] { #expect(try gate.verdict("v1") == .denied(.tagNotSigned)) }
            #expect(carol.words.contains("`targets` delegates to no `targets/carol`"))

            try alice.sign("v1", first, as: ["targets/alice"])
            #expect(try both.verdict("v1") == .denied(.tagNotSigned))
            #expect(try either.verdict("v1") == .allowed(by: ["targets/alice"]))

            try bob.sign("v1", second, as: ["targets/bob"])
            for gate in [both, either] { #expect(try gate.verdict("v1") == .denied(.signatureForOtherImage)) }

            try bob.sign("v1", first, as: ["targets/bob"])
            #expect(try both.verdict("v1") == .allowed(by: ["targets/alice", "targets/bob"]))
            #expect(try both.verdict(first) == .allowed(by: ["targets/alice", "targets/bob"]))
            #expect(try carol.verdict("v1") == .denied(.tagNotSigned))
        }

        @Test("a delegate signs no tag outside its paths", arguments: TrustServer.Signing.allCases)
        func paths(signing: TrustServer.Signing) throws {
            let world = try world(signing)
            let (allowed, other) = (try world.push("nightly-1"), try world.push("v1"))
            let alice = try world.publisher()
            try world.owner.delegate(
                "targets/alice", to: [try alice.generateKey(for: "targets/alice")], paths: ["nightly-"])
            let gate = try Gate(world, signers: .allOf(["alice"]))
            try alice.sign("nightly-1", allowed, as: ["targets/alice"])
            _ = try alice.attempt(
                ["addhash", "-p", world.name, "v1", "\(other.length)", "--sha256", other.digest.hexadecimal]
                    + ["-r", "targets/alice"])
            #expect(try gate.verdict("nightly-1") == .allowed(by: ["targets/alice"]))
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))
            #expect(try gate.verdict(other) == .denied(.signatureMissing))
        }
    }
}
