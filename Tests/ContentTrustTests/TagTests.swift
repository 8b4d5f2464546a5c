import Cryptography
import OCI
import TestSupport
import Testing
import Trust

/// What a tag stands for, by the word of `targets` and `targets/releases`.
@Suite struct TagTests {
    @Test(
        "a tag that is signed for the image passes, whatever kind of key the server has",
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519, .rsa(bits: 2048)])
    func passes(server: KeyAlgorithm) throws {
        var world = try NotaryWorld(server: server)
        try world.notary.publish()
        let signatures = try world.verify().passed
        #expect(signatures.map(\.signer) == [.key(fingerprint: world.notary.targets.keys[0].key.publicKey.fingerprint)])
        #expect(signatures.first?.source == .role("targets"))
    }

    @Test("keys of every kind sign for every role")
    func mixedKeys() throws {
        var world = try NotaryWorld(root: try .root(for: NotaryWorld.name, .rsa(bits: 2048)))
        world.notary.targets.keys = [try .generate(.rsa(bits: 2048))]
        world.notary.snapshot.keys = [try .generate(.ed25519)]
        try world.notary.publish()
        #expect(try world.verify().passed.count == 1)
    }

    @Test("a collection that nothing is known of takes four requests, with the released tags five")
    func requests() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let first = try world.verify()
        #expect(first.rounds == [["root.json", "timestamp.json"], ["snapshot.#.json"], ["targets.#.json"]])
        #expect(Set(first.basis) == Set(first.asked))

        var released = try NotaryWorld()
        released.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])
        ]
        try released.notary.publish()
        let cold = try released.verify()
        #expect(cold.asked.count == 5)
        #expect(try cold.passed.first?.source == .role("targets/releases"))
    }

    @Test("a collection that did not change takes one request, one with a new tag three")
    func warmRequests() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        #expect(try world.verify().asked == ["timestamp.json"])
        world.notary.tags["v2"] = NotaryWorld.tag("other")
        try world.notary.publishNext()
        let next = try world.verify("v2", NotaryWorld.digest("other"))
        #expect(next.asked == ["timestamp.json", "snapshot.#.json", "targets.#.json"])
        #expect(try next.passed.count == 1)
    }

    @Test("a tag that is signed for another image is refused")
    func otherImage() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let refusal = try world.verify("v1", NotaryWorld.digest("other")).violated
        #expect(refusal.reason == .signatureForOtherImage)
        #expect(refusal.found.contains("tag `v1` is signed by `targets` for `\(world.image)`"))
    }

    @Test("a tag that nobody has signed is refused")
    func otherTag() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let refusal = try world.verify("v2").violated
        #expect(refusal.reason == .tagNotSigned)
        #expect(refusal.cure?.contains("docker trust sign registry.example.com/team/app:v2") == true)
    }

    @Test("a repository without trust data is refused as not signed")
    func noTrustData() throws {
        let world = try NotaryWorld()
        #expect(try world.verify().violated.reason == .signatureMissing)
    }

    @Test("released tags count before those of targets")
    func releasesFirst() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("other")])
        ]
        try world.notary.publish()
        #expect(try world.verify().violated.reason == .signatureForOtherImage)
        #expect(try world.verify("v1", NotaryWorld.digest("other")).passed.first?.source == .role("targets/releases"))
    }

    @Test("a tag that was not released is one of targets")
    func notReleased() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v2": NotaryWorld.tag("other")])
        ]
        try world.notary.publish()
        #expect(try world.verify().passed.first?.source == .role("targets"))
    }

    @Test("a released tag outside the delegation's paths is none")
    func outsidePaths() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("other")], paths: ["nightly-"])
        ]
        try world.notary.publish()
        #expect(try world.verify().passed.first?.source == .role("targets"))
        world.notary.delegations[0].paths = ["nightly-", "v"]
        try world.notary.publishNext()
        #expect(try world.verify().violated.reason == .signatureForOtherImage)
    }

    @Test("a delegation whose last signer was removed leaves the tag to targets, whatever was published before")
    func deserted() throws {
        var world = try NotaryWorld()
        let signer = try NotaryKey.generate()
        world.notary.delegations = [.init("targets/releases", [signer], tags: ["v1": NotaryWorld.tag("other")])]
        try world.notary.publish()
        #expect(try world.verify().violated.reason == .signatureForOtherImage)
        // `docker trust signer remove` takes the key away, and leaves the document that it signed.
        world.notary.delegations[0].role.signers = [signer]
        world.notary.delegations[0].role.keys = []
        try world.notary.publishNext()
        #expect(try world.verify().passed.first?.source == .role("targets"))
        world.fields.anyOf = ["releases"]
        let refusal = try world.verify().violated
        #expect(refusal.reason == .tagNotSigned)
        #expect(refusal.found.contains("`targets` delegates to no `targets/releases`"))
    }

    @Test("a delegation that has kept keys is refused while only one that was removed has signed")
    func removedSigner() throws {
        var world = try NotaryWorld()
        let (gone, staying) = (try NotaryKey.generate(), try NotaryKey.generate())
        world.notary.delegations = [.init("targets/releases", [staying], tags: ["v2": NotaryWorld.tag("other")])]
        world.notary.delegations[0].role.signers = [gone]
        try world.notary.publish()
        // What it says of the tag is not known, so nothing else may be taken for it.
        #expect(try world.verify().violated.reason == .trustMetadataInvalid)
        world.notary.delegations[0].role.signers = [staying]
        try world.notary.publishNext()
        #expect(try world.verify().passed.first?.source == .role("targets"))
    }

    @Test("delegations that have published nothing leave the tag to targets")
    func unpublished() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [.init("targets/releases", [try .generate()])]
        world.notary.delegations[0].isPublished = false
        try world.notary.publish()
        #expect(try world.verify().passed.first?.source == .role("targets"))
    }

    @Test("an image that is named by its digest counts if a tag stands for it")
    func byDigest() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        #expect(try world.verify(nil).passed.count == 1)
        #expect(try world.verify(nil, NotaryWorld.digest("other")).violated.reason == .signatureMissing)
    }

    @Test("by digest, what targets say of a tag does not count where it was released for something else")
    func overruled() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("other")])
        ]
        try world.notary.publish()
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
        #expect(try world.verify(nil, NotaryWorld.digest("other")).passed.count == 1)
    }

    @Test("an image is the same by its other digest, where trust data lists that")
    func sha512() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let other = try #require(Digest(algorithm: .sha512, bytes: SHA2.sha512(Array("image".utf8))))
        #expect(try world.verify("v1", other).passed.count == 1)
        world.notary.tags["v1"]?.sha512 = nil
        try world.notary.publishNext()
        #expect(try world.verify("v1", other).violated.reason == .signatureForOtherImage)
    }

    @Test("an entry of the released tags that cannot be read leaves the word to nobody, by tag or by digest")
    func unreadableRelease() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [.init("targets/releases", [try .generate()])]
        try world.notary.publish()
        #expect(try world.verify(nil).passed.count == 1)
        world.notary.delegations[0].tags["v1"] = .init(sha256: [1, 2, 3])
        try world.notary.publishNext()
        #expect(try world.verify().violated.reason == .trustMetadataInvalid)
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }
}
