import OCI
import Testing
import Trust

extension Notary {
    /// One owner, who signs by `targets` as the notary client does without being told otherwise.
    @Suite("a collection that its owner publishes") struct PublishingTests {
        @Test(
            "what nobody has signed is refused, and what the owner signs is allowed",
            arguments: TrustServer.Signing.allCases)
        func signed(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let (first, second) = (try world.push("v1"), try world.push("v2"))
            let stranger = try PrivateAuthority.publicKey()
            #expect(try Gate(world, Rules(rootKeys: [stranger])).verdict("v1") == .denied(.signatureMissing))

            try world.owner.initialize()
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .denied(.tagNotSigned))
            #expect(try gate.verdict(first) == .denied(.signatureMissing))

            try world.owner.sign("v1", first)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            #expect(try gate.verdict(first) == .allowed(by: ["targets"]))
            #expect(try gate.verdict("v2") == .denied(.tagNotSigned))
            #expect(try gate.verdict(second) == .denied(.signatureMissing))
        }

        @Test(
            "a tag that was moved in the registry is refused until it is signed again",
            arguments: TrustServer.Signing.allCases)
        func movedTag(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            let first = try world.push("v1", "first")
            try world.owner.initialize()
            try world.owner.sign("v1", first)
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))

            let second = try world.push("v1", "second")
            #expect(second != first)
            #expect(try gate.verdict("v1") == .denied(.signatureForOtherImage))
            #expect(gate.words.contains("is signed by `targets` for `\(first.digest)`"))
            try world.owner.sign("v1", second)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            #expect(try gate.verdict(first) == .denied(.signatureMissing))
        }

        @Test(
            "a root key or its certificate can be pinned, and no other counts", arguments: TrustServer.Signing.allCases)
        func pins(signing: TrustServer.Signing) throws {
            let world = try World(signing)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            let certificates = try world.rootCertificates()
            #expect(certificates.count == 1)
            let stranger = try PrivateAuthority.publicKey()
            for keys in [certificates, [try world.rootKey()], [stranger, try world.rootKey()]] {
                #expect(try Gate(world, Rules(rootKeys: keys)).verdict("v1") == .allowed(by: ["targets"]))
            }
            let other = Gate(world, Rules(rootKeys: [stranger]))
            #expect(try other.verdict("v1") == .denied(.trustMetadataInvalid))
            #expect(other.words.contains("`root.json` of `\(world.name)`"))
            #expect(other.words.contains("is refused at `root trust`"))
        }

        @Test("a cold tag costs four requests, one with a signer five, and a second image of the same collection one")
        func requests() throws {
            let world = try World(.itself)
            try world.owner.initialize()
            try world.owner.sign("v1", try world.push("v1"))
            try world.owner.sign("v2", try world.push("v2"))
            let gate = try Gate(world)
            #expect(try gate.verdict("v1") == .allowed(by: ["targets"]))
            #expect(gate.asked.count == 4, "\(gate.asked)")
            #expect(try gate.verdict("v2") == .allowed(by: ["targets"]))
            #expect(gate.asked == ["timestamp.json"])

            try world.owner.delegate("targets/alice", to: [try world.owner.generateKey(for: "targets/alice")])
            try world.owner.sign("v2", try world.image("v2"), as: ["targets/alice"])
            let other = try Gate(world, signers: .allOf(["alice"]))
            #expect(try other.verdict("v2") == .allowed(by: ["targets/alice"]))
            #expect(other.asked.count == 5, "\(other.asked)")
        }
    }
}
