import Cryptography
import TestSupport
import Testing
import Trust

/// `signers` of an attestor.
@Suite struct SignerRuleTests {
    private static func world(alice: String?, bob: String?) throws -> NotaryWorld {
        var world = try NotaryWorld()
        world.notary.tags = [:]
        world.notary.delegations = try [("targets/alice", alice), ("targets/bob", bob)].map { name, content in
            .init(name, [try .generate()], tags: content.map { ["v1": NotaryWorld.tag($0)] } ?? [:])
        }
        try world.notary.publish()
        return world
    }

    @Test("all of the signers have to have signed the tag")
    func allOf() throws {
        var both = try Self.world(alice: "image", bob: "image")
        both.fields.allOf = ["alice", "targets/bob"]
        let conversation = try both.verify()
        #expect(try conversation.passed.map(\.source) == [.role("targets/alice"), .role("targets/bob")])
        #expect(Set(try conversation.passed.map(\.signer)).count == 2)
        #expect(conversation.asked.count == 6)
        var one = try Self.world(alice: "image", bob: nil)
        one.fields.allOf = ["alice", "bob"]
        let refusal = try one.verify().violated
        #expect(refusal.reason == .tagNotSigned)
        #expect(refusal.found.contains("`targets/bob` does not name it"))
    }

    @Test("any of the signers is enough")
    func anyOf() throws {
        var one = try Self.world(alice: "image", bob: nil)
        one.fields.anyOf = ["bob", "alice"]
        #expect(try one.verify().passed.map(\.source) == [.role("targets/alice")])
        one.fields.anyOf = ["bob"]
        #expect(try one.verify().violated.reason == .tagNotSigned)
    }

    @Test("signers who disagree about a tag are refused", arguments: [true, false])
    func disagreement(all: Bool) throws {
        var world = try Self.world(alice: "image", bob: "other")
        if all { world.fields.allOf = ["alice", "bob"] } else { world.fields.anyOf = ["alice", "bob"] }
        for digest in [world.image, NotaryWorld.digest("other")] {
            let refusal = try world.verify("v1", digest).violated
            #expect(refusal.reason == .signatureForOtherImage)
            #expect(refusal.found.contains("`targets/alice` for `\(world.image)` and by `targets/bob`"))
        }
    }

    @Test("where signers are named neither targets nor released tags count")
    func othersDoNotCount() throws {
        var world = try Self.world(alice: nil, bob: nil)
        world.notary.tags["v1"] = NotaryWorld.tag("image")
        world.notary.delegations.append(
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")]))
        try world.notary.publishNext()
        world.fields.anyOf = ["alice", "bob"]
        #expect(try world.verify().violated.reason == .tagNotSigned)
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
        world.fields.anyOf = ["releases"]
        #expect(try world.verify().passed.count == 1)
    }

    @Test("a signer that the repository does not have is named")
    func unknownSigner() throws {
        var world = try Self.world(alice: "image", bob: "image")
        world.fields.allOf = ["alice", "carol"]
        let refusal = try world.verify().violated
        #expect(refusal.reason == .tagNotSigned)
        #expect(refusal.found.contains("`targets` delegates to no `targets/carol`"))
    }

    @Test("a signer whose trust data is broken stands in nobody's way where another one is enough")
    func brokenSigner() throws {
        var world = try Self.world(alice: "image", bob: "image")
        let broken: (TrustMetadataName) -> Fetched? = {
            $0.role == "targets/bob" ? NotaryWorld.found(Array("{}".utf8)) : nil
        }
        world.fields.anyOf = ["bob", "alice"]
        #expect(try world.verify(answering: broken).passed.map(\.source) == [.role("targets/alice")])
        world.fields.allOf = ["bob", "alice"]
        #expect(try world.verify(answering: broken).violated.found.contains("`targets/bob.json`"))
        world.fields.allOf = nil
        world.fields.anyOf = ["bob"]
        #expect(try world.verify(answering: broken).violated.reason == .trustMetadataInvalid)
    }

    @Test("a delegation's threshold counts distinct keys, each of which is a signer")
    func threshold() throws {
        var world = try Self.world(alice: nil, bob: nil)
        let (first, second) = (try NotaryKey.generate(), try NotaryKey.generate(.ed25519))
        world.notary.delegations = [.init("targets/alice", [first, second], tags: ["v1": NotaryWorld.tag("image")])]
        world.notary.delegations[0].role.threshold = 2
        try world.notary.publishNext()
        world.fields.allOf = ["alice"]
        #expect(try world.verify().passed.count == 2)
        world.notary.delegations[0].role.signers = [first, first]
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("1 of the keys of its role have signed it, expected 2"))
    }

    @Test("one key of two signers is one signer")
    func sharedKey() throws {
        var world = try Self.world(alice: nil, bob: nil)
        let key = try NotaryKey.generate()
        world.notary.delegations = ["targets/alice", "targets/bob"].map {
            .init($0, [key], tags: ["v1": NotaryWorld.tag("image")])
        }
        try world.notary.publishNext()
        world.fields.allOf = ["alice", "bob"]
        #expect(try world.verify().passed.count == 1)
    }
}
