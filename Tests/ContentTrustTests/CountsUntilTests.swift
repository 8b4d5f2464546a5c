import OCI
import TestSupport
import Testing
import Timestamp
import Trust

/// Until when an outcome counts: trust data expires, and so does what is remembered.
@Suite struct CountsUntilTests {
    private static let day = Duration.seconds(86_400)
    private static let tomorrow = "2030-03-18T17:46:40Z"

    private func end(
        _ world: NotaryWorld, _ tag: String? = "v1", _ digest: Digest? = nil, isDown: Bool = false
    ) throws -> (outcome: VerificationOutcome?, end: Instant?) {
        var conversation = Conversation()
        var verification = try world.attestor().verification(of: try world.subject(tag, digest))
        #expect(verification.countsUntil == nil)
        try conversation.run(&verification) { isDown ? NotaryWorld.down : world.served($0.path) }
        return (conversation.outcome, verification.countsUntil)
    }

    @Test(
        "an outcome counts until the first document expires that it rests on",
        arguments: ["root", "timestamp", "snapshot", "targets", "targets/releases"])
    func documents(role: String) throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: world.notary.tags),
            // Nobody asks about this one.
            .init("targets/other", [try .generate()], tags: world.notary.tags),
        ]
        world.notary.delegations[1].role.expires = SimulatedNotary.past
        switch role {
        case "root": world.notary.root.expires = Self.tomorrow
        case "timestamp": world.notary.timestamp.expires = Self.tomorrow
        case "snapshot": world.notary.snapshot.expires = Self.tomorrow
        case "targets": world.notary.targets.expires = Self.tomorrow
        default: world.notary.delegations[0].role.expires = Self.tomorrow
        }
        try world.notary.publish()
        #expect(try end(world).end == SimulatedNotary.now + Self.day)
        // And also a refusal, and what is remembered of a server that is down.
        #expect(try end(world, "v2").end == SimulatedNotary.now + Self.day)
        let unheard = try end(world, isDown: true)
        guard case .passed(_, unseen: .some)? = unheard.outcome else {
            Issue.record("\(String(describing: unheard.outcome))")
            return
        }
        #expect(unheard.end == SimulatedNotary.now + Self.day)
    }

    @Test("a digest that is only remembered counts until it is forgotten, and no longer than the documents")
    func remembered() throws {
        for (period, isShorter) in [(30, false), (3, true)] {
            var world = try NotaryWorld()
            world.fields.rememberSigned = .seconds(period * 86_400)
            try world.notary.publish()
            _ = try world.verify().passed
            world.notary.tags["v1"] = NotaryWorld.tag("newer")
            world.notary.snapshot.expires = "2030-03-24T17:46:40Z"
            try world.notary.publishNext()
            let newer = NotaryWorld.digest("newer")
            let week = SimulatedNotary.now + .seconds(7 * 86_400)
            #expect(try end(world, nil, newer).end == week)
            let forgotten =
                Instant(secondsSince1970: SimulatedNotary.now.seconds / 60 * 60) + .seconds(period * 86_400)
            #expect(try end(world, nil).end == (isShorter ? forgotten : week))
        }
    }

    @Test("what was refused before anything was verified says nothing of when that ends")
    func unverified() throws {
        var world = try NotaryWorld()
        world.notary.lie = .timestampExpired
        try world.notary.publish()
        #expect(try end(world).end == nil)
        #expect(try end(world, isDown: true).end == nil)
    }

    @Test("tags are judged")
    func tags() throws {
        #expect(try NotaryWorld().attestor().judgesTags)
    }
}
