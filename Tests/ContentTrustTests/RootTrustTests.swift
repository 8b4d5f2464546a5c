import Cryptography
import TestSupport
import Testing
import Timestamp
import Trust

/// Which roots are believed (Notary's trust pinning), and how newer ones follow.
@Suite struct RootTrustTests {
    private static let year = Duration.seconds(365 * 86_400)

    private static func published(root: NotaryKey? = nil) throws -> NotaryWorld {
        var world = try NotaryWorld(root: root)
        try world.notary.publish()
        return world
    }

    private static func pinning(_ world: NotaryWorld, _ pem: [UInt8]?) throws -> NotaryWorld {
        var world = world
        world.fields.rootKeys = [("root.pem", try #require(pem))]
        return world
    }

    @Test("a root by another key than those that are pinned is refused")
    func otherKey() throws {
        let world = try Self.pinning(Self.published(), PrivateKey.generate(.ecdsaP256).publicKeyPEM)
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataInvalid)
        #expect(refusal.found.contains("`root.json` of"))
        #expect(refusal.found.contains("refused at `root trust`"))
    }

    @Test("another key counts beside the one that is needed")
    func severalKeys() throws {
        var world = try Self.published()
        world.fields.rootKeys.insert(("other.pem", try PrivateKey.generate(.ed25519).publicKeyPEM), at: 0)
        #expect(try world.verify().passed.count == 1)
    }

    @Test("a root that asks for two keys needs both of them pinned")
    func twoKeys() throws {
        var world = try NotaryWorld()
        let second = try NotaryKey.root(for: NotaryWorld.name)
        world.notary.root.keys.append(second)
        world.notary.root.threshold = 2
        try world.notary.publish()
        #expect(try world.verify().violated.reason == .trustMetadataInvalid)
        world.fields.rootKeys.append(("second.pem", try second.key.publicKeyPEM))
        #expect(try world.verify().passed.count == 1)
        world.notary.root.signers = [second]
        world.notary.files = [:]
        try world.notary.publish()
        #expect(try world.verify().violated.found.contains("refused at `signature`"))
    }

    @Test("of a pinned key the certificate is not asked: it may have expired, and be for another name")
    func keyInAnyCertificate() throws {
        let expired = try NotaryKey.root(
            for: "elsewhere.example.com/app", from: SimulatedNotary.now - Self.year,
            to: SimulatedNotary.now - .seconds(1))
        #expect(try Self.published(root: expired).verify().passed.count == 1)
    }

    @Test("a root key without a certificate counts if it is pinned itself")
    func bareKey() throws {
        let world = try Self.published(root: try .generate())
        #expect(try world.verify().passed.count == 1)
        var unpinned = world
        unpinned.fields.rootKeys = []
        unpinned.fields.trustOnFirstUse = "whateverTheServerSaysFirst"
        #expect(try unpinned.verify().violated.found.contains("a root key is no certificate"))
    }

    @Test("a pinned certificate counts while it is valid, and for its own name")
    func certificate() throws {
        let good = try NotaryKey.root(for: NotaryWorld.name)
        #expect(try Self.pinning(Self.published(root: good), good.bundle).verify().passed.count == 1)
        let wildcard = try NotaryKey.root(for: "registry.example.com/team/*")
        #expect(try Self.pinning(Self.published(root: wildcard), wildcard.bundle).verify().passed.count == 1)

        let now = SimulatedNotary.now
        let others: [(NotaryKey, String)] = [
            (try .root(for: "registry.example.com/team/ap"), "not for `registry.example.com/team/app`"),
            (try .root(for: "registry.example.com/other/*"), "not for `registry.example.com/team/app`"),
            (try .root(for: NotaryWorld.name, from: now - Self.year, to: now - .seconds(1)), "expired"),
            (try .root(for: NotaryWorld.name, from: now + .seconds(86_401), to: now + Self.year), "not valid before"),
        ]
        for (key, reason) in others {
            let refusal = try Self.pinning(Self.published(root: key), key.bundle).verify().violated
            #expect(refusal.found.contains(reason), "\(refusal.found)")
        }
        // Clocks of those who make certificates may be ahead.
        let early = try NotaryKey.root(for: NotaryWorld.name, from: now + .seconds(86_000), to: now + Self.year)
        #expect(try Self.pinning(Self.published(root: early), early.bundle).verify().passed.count == 1)
    }

    @Test("another certificate of the same name is not the one that is pinned")
    func otherCertificate() throws {
        let other = try NotaryKey.root(for: NotaryWorld.name)
        #expect(
            try Self.pinning(Self.published(), other.bundle).verify().violated.found.contains("refused at `root trust`")
        )
    }

    @Test("certificates of a pinned authority count, with the way to it in the key")
    func authority() throws {
        let authority = try NotaryKey.authority()
        let issued = try NotaryKey.root(for: NotaryWorld.name, issuer: authority)
        let world = try Self.pinning(Self.published(root: issued), authority.pem)
        #expect(try world.verify().passed.count == 1)
        let stranger = try Self.pinning(Self.published(), authority.pem)
        #expect(try stranger.verify().violated.found.contains("refused at `root trust`"))
        let elsewhere = try NotaryKey.root(for: "registry.example.com/other", issuer: authority)
        let other = try Self.pinning(Self.published(root: elsewhere), authority.pem)
        #expect(try other.verify().violated.found.contains("refused at `root trust`"))
    }

    @Test("where the policy says so, the first root is believed, and later no other")
    func firstUse() throws {
        var world = try Self.published()
        world.fields.rootKeys = []
        world.fields.trustOnFirstUse = "whateverTheServerSaysFirst"
        #expect(try world.verify().passed.count == 1)
        var impostor = try NotaryWorld()
        impostor.notary.timestamp.version = 7
        impostor.notary.root.version = 1
        try impostor.notary.publish()
        world.notary = impostor.notary
        _ = try world.verify().violated
    }

    @Test("the first root that is believed has a certificate for the repository")
    func firstUseOfCertificate() throws {
        var world = try Self.published(root: try .root(for: "registry.example.com/other"))
        world.fields.rootKeys = []
        world.fields.trustOnFirstUse = "whateverTheServerSaysFirst"
        #expect(try world.verify().violated.found.contains("and not for `\(NotaryWorld.name)`"))
    }
}

/// Newer roots, and the keys that they replace.
@Suite struct RootRotationTests {
    /// A new root with a new root key, which the former one has signed for too.
    private static func rotate(_ world: inout NotaryWorld, signedByFormer: Bool = true) throws {
        let former = world.notary.root.keys
        world.notary.root.version += 1
        world.notary.root.keys = [try .root(for: NotaryWorld.name)]
        try world.notary.publishRoot(alsoBy: signedByFormer ? former : [])
        try world.notary.publishNext()
    }

    @Test("a new root key is followed from the one that is pinned, cold or warm", arguments: [1, 2, 5])
    func followed(rotations: Int) throws {
        var warm = try NotaryWorld()
        try warm.notary.publish()
        _ = try warm.verify().passed
        for _ in 0..<rotations { try Self.rotate(&warm) }
        var cold = try NotaryWorld()
        cold.notary = warm.notary
        cold.fields = warm.fields
        for world in [warm, cold] {
            let conversation = try world.verify()
            #expect(try conversation.passed.count == 1)
            #expect(conversation.rounds.count < maximumVerificationSteps)
        }
        // From then on it is known.
        #expect(try warm.verify().asked == ["timestamp.json"])
    }

    @Test("a new root that the former one has not signed is refused")
    func notSigned() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        try Self.rotate(&world, signedByFormer: false)
        let refusal = try world.verify().violated
        #expect(refusal.found.contains("`2.root.json` of"), "\(refusal.found)")
        #expect(refusal.found.contains("refused at `signature`"))
    }

    @Test("a new root that its own key has not signed is refused")
    func notSignedByItself() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        let former = world.notary.root.keys
        world.notary.root.version += 1
        world.notary.root.keys = [try .root(for: NotaryWorld.name)]
        world.notary.root.signers = former
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("refused at `signature`"))
    }

    @Test("versions of the root cannot be left out")
    func versionLeftOut() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        try Self.rotate(&world)
        try Self.rotate(&world)
        world.notary.files["2.root.json"] = nil
        let refusal = try world.verify().violated
        #expect(refusal.found.contains("refused at `root rotation`"), "\(refusal.found)")
        #expect(refusal.found.contains("version 3, expected 2"))
    }

    @Test("a jump to a version that nothing leads to is refused")
    func jump() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        let former = world.notary.root.keys
        world.notary.root.version = 900
        world.notary.root.keys = [try .root(for: NotaryWorld.name)]
        try world.notary.publishRoot(alsoBy: former)
        try world.notary.publishNext()
        let conversation = try world.verify()
        #expect(try conversation.violated.found.contains("refused at `root rotation`"))
        #expect(conversation.asked.count < 8)
    }

    @Test("another root of the same version is refused")
    func sameVersion() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary.timestamp.keys = [try .generate()]
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("version 1, expected 2"))
    }

    @Test("a root of the last version that there is has none after it, and another of that version is refused")
    func lastVersion() throws {
        var world = try NotaryWorld()
        world.notary.root.version = Int.max
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary.timestamp.keys = [try .generate()]
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("is refused at `root rotation`"))
    }

    @Test("an older root is refused")
    func older() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let old = world.notary
        try Self.rotate(&world)
        _ = try world.verify().passed
        // Its owner's former keys can still sign for it.
        var rolledBack = old
        rolledBack.timestamp.version = 9
        rolledBack.timestamp.keys = [try .generate()]
        try rolledBack.publishRoot()
        try rolledBack.publish()
        world.notary = rolledBack
        #expect(try world.verify().violated.reason == .trustMetadataRolledBack)
    }

    @Test("keys of all other roles can be replaced", arguments: ["timestamp", "snapshot", "targets"])
    func otherKeys(role: String) throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        let former = world.notary.targets.keys + world.notary.snapshot.keys + world.notary.timestamp.keys
        world.notary.root.version += 1
        switch role {
        case "timestamp": world.notary.timestamp.keys = [try .generate(.ed25519)]
        case "snapshot": world.notary.snapshot.keys = [try .generate(.ed25519)]
        default: world.notary.targets.keys = [try .generate(.ed25519)]
        }
        try world.notary.publishRoot()
        try world.notary.publishNext()
        let conversation = try world.verify()
        #expect(try conversation.passed.count == 1)
        #expect(conversation.rounds.count < maximumVerificationSteps)
        // What the former key signs counts no more.
        world.notary.targets.signers = former
        world.notary.snapshot.signers = former
        world.notary.timestamp.signers = former
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("refused at `signature`"))
    }

    @Test("a root that was signed again before it expired is taken")
    func renewed() throws {
        var world = try NotaryWorld()
        world.notary.root.expires = "2031-01-01T00:00:00Z"
        try world.notary.publish()
        _ = try world.verify().passed
        world.now = SimulatedNotary.now + .seconds(2 * 365 * 86_400)
        #expect(try world.verify().violated.reason == .trustMetadataExpired)
        world.notary.root.version += 1
        world.notary.root.expires = SimulatedNotary.later
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify().passed.count == 1)
    }

    @Test("whoever pins certificates is asked for good ones after a rotation too")
    func certificateAfterRotation() throws {
        var world = try NotaryWorld()
        world.fields.rootKeys = [("root.pem", try #require(world.notary.root.keys[0].bundle))]
        try world.notary.publish()
        _ = try world.verify().passed
        try Self.rotate(&world)
        #expect(try world.verify().passed.count == 1)
        let former = world.notary.root.keys
        world.notary.root.version += 1
        world.notary.root.keys = [try .root(for: "registry.example.com/other")]
        try world.notary.publishRoot(alsoBy: former)
        try world.notary.publishNext()
        #expect(try world.verify().violated.found.contains("refused at `root trust`"))
    }
}
