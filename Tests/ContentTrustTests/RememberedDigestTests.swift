import Cryptography
import OCI
import TestSupport
import Testing
import Timestamp
import Trust

/// `rememberSigned`: an image that was signed yesterday, under a tag that is signed for something else today.
@Suite struct RememberedDigestTests {
    private static let day = Duration.seconds(86_400)

    /// `v1` is signed for another image since a day after it was seen.
    private static func moved(_ signer: String? = nil) throws -> NotaryWorld {
        var world = try NotaryWorld()
        if let signer {
            world.notary.delegations = [.init(signer, [try .generate()], tags: ["v1": NotaryWorld.tag("image")])]
            world.notary.tags = [:]
            world.fields.allOf = [signer]
        }
        world.fields.rememberSigned = .seconds(30 * 86_400)
        try world.notary.publish()
        _ = try world.verify().passed
        world.now = SimulatedNotary.now + Self.day
        if signer == nil { world.notary.tags["v1"] = NotaryWorld.tag("newer") }
        if signer != nil { world.notary.delegations[0].tags["v1"] = NotaryWorld.tag("newer") }
        try world.notary.publishNext()
        _ = try world.verify("v1", NotaryWorld.digest("newer")).passed
        return world
    }

    @Test("a digest that was signed counts for as long as the policy says, by its digest alone")
    func remembered() throws {
        var world = try Self.moved()
        let signatures = try world.verify(nil).passed
        #expect(signatures.map(\.signer) == [.key(fingerprint: world.notary.targets.keys[0].key.publicKey.fingerprint)])
        #expect(try world.verify("v1").violated.reason == .signatureForOtherImage)
        // It was last seen in the minute in which everything began.
        let end = Instant(secondsSince1970: SimulatedNotary.now.seconds / 60 * 60) + .seconds(30 * 86_400)
        world.now = end
        #expect(try world.verify(nil).passed.count == 1)
        world.now = end + .seconds(1)
        let refusal = try world.verify(nil).violated
        #expect(refusal.reason == .signatureMissing)
        #expect(refusal.found.contains("or named within 30d"))
    }

    @Test("without the field it does not count")
    func notRemembered() throws {
        var world = try Self.moved()
        world.fields.rememberSigned = nil
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }

    @Test("a digest that was never signed is not remembered")
    func neverSigned() throws {
        #expect(try Self.moved().verify(nil, NotaryWorld.digest("stranger")).violated.reason == .signatureMissing)
    }

    @Test("a digest that a signer named for a tag that is not its own to sign is not remembered")
    func outsidePaths() throws {
        var world = try NotaryWorld()
        world.notary.tags = [:]
        world.notary.delegations = [
            .init(
                "targets/team", [try .generate()],
                tags: ["dev-1": NotaryWorld.tag("own"), "v1": NotaryWorld.tag("image")], paths: ["dev-"])
        ]
        world.fields.allOf = ["team"]
        world.fields.rememberSigned = .seconds(30 * 86_400)
        try world.notary.publish()
        _ = try world.verify(nil, NotaryWorld.digest("own")).passed
        world.notary.delegations[0].tags = [:]
        try world.notary.publishNext()
        #expect(try world.verify(nil, NotaryWorld.digest("own")).passed.count == 1)
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }

    @Test("it counts while the keys that signed it are trusted")
    func keyReplaced() throws {
        var world = try Self.moved()
        let former = world.notary.targets.keys
        world.notary.targets.keys.append(try .generate())
        world.notary.root.version = 2
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify(nil).passed.count == 1)
        world.notary.targets.keys.removeAll(where: former.contains)
        world.notary.root.version = 3
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }

    @Test("a signer's counts while the signer is one")
    func signerRemoved() throws {
        var world = try Self.moved("targets/alice")
        #expect(try world.verify(nil).passed.map(\.source) == [.role("targets/alice")])
        world.notary.delegations = []
        try world.notary.publishNext()
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }

    @Test("it counts while the server is down, within the expiry of all the rest")
    func serverDown() throws {
        let world = try Self.moved()
        #expect(try world.verify(nil) { _ in NotaryWorld.down }.passed.count == 1)
    }

    @Test("as many keys have to have signed it as the role asks for now")
    func threshold() throws {
        var world = try Self.moved()
        world.notary.targets.threshold = 2
        world.notary.targets.keys.append(try .generate())
        world.notary.root.version = 2
        try world.notary.publishRoot()
        try world.notary.publishNext()
        // One key was enough then, and is not now.
        #expect(try world.verify(nil).violated.reason == .signatureMissing)
    }
}
