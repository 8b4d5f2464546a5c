import ContentTrust
import Cryptography
import OCI
import TestSupport
import Testing
import Timestamp
import Trust

/// Old answers, mixed ones, and versions that none can follow.
@Suite struct RollbackTests {
    private static func updated() throws -> (world: NotaryWorld, old: SimulatedNotary) {
        var world = try NotaryWorld()
        try world.notary.publish()
        let old = world.notary
        world.notary.tags["v1"] = NotaryWorld.tag("newer")
        try world.notary.publishNext()
        _ = try world.verify("v1", NotaryWorld.digest("newer")).passed
        return (world, old)
    }

    @Test("all that was current before is refused once newer was seen")
    func rollback() throws {
        var (world, old) = try Self.updated()
        world.notary = old
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataRolledBack)
        #expect(refusal.found.contains("`timestamp.json`"))
        #expect(refusal.found.contains("version 1, and version 2 was verified before"))
    }

    @Test("a gate that has not seen the newer takes the older, which nobody could tell")
    func unknown() throws {
        let (world, old) = try Self.updated()
        var other = try NotaryWorld()
        (other.notary, other.fields) = (old, world.fields)
        #expect(try other.verify().passed.count == 1)
    }

    @Test("an older snapshot under a new timestamp is refused")
    func snapshotRollback() throws {
        var (world, old) = try Self.updated()
        world.notary.timestamp.version += 1
        try world.notary.publishTimestamp(listing: old.files["snapshot.json"])
        for (path, bytes) in old.files where world.notary.files[path] == nil { world.notary.files[path] = bytes }
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataRolledBack)
        #expect(refusal.found.contains("`snapshot.json`"))
    }

    @Test("a delegation that the server leaves out, and had before, is refused; with other keys it begins anew")
    func delegationLeftOut() throws {
        var world = try NotaryWorld()
        world.notary.tags = ["v1": NotaryWorld.tag("older")]
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])
        ]
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary.delegations[0].isPublished = false
        try world.notary.publishNext()
        let refusal = try world.verify("v1", NotaryWorld.digest("older")).violated
        #expect(refusal.reason == .trustMetadataRolledBack)
        #expect(refusal.found.contains("`targets/releases.json`"), "\(refusal.found)")
        world.notary.delegations[0].role.keys = [try .generate()]
        try world.notary.publishNext()
        #expect(try world.verify("v1", NotaryWorld.digest("older")).passed.count == 1)
    }

    @Test("older targets under a new snapshot are refused")
    func targetsRollback() throws {
        var (world, _) = try Self.updated()
        world.notary.tags["v1"] = NotaryWorld.tag("image")
        world.notary.targets.version = 0
        try world.notary.publishNext()
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataRolledBack)
        #expect(refusal.found.contains("`targets.json`"))
    }

    @Test("an older delegation under new targets is refused")
    func delegationRollback() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])
        ]
        world.notary.delegations[0].role.version = 5
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary.delegations[0].role.version = 3
        try world.notary.publishNext()
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataRolledBack)
        #expect(refusal.found.contains("`targets/releases.json`"))
    }

    @Test("targets of another snapshot are refused", arguments: ["snapshot", "targets", "root"])
    func mixAndMatch(role: String) throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let old = world.notary
        world.notary.root.version = 2
        try world.notary.publishRoot()
        try world.notary.publishNext()
        let conversation = try world.verify { name in
            name.role == role && name.version != .number(1) ? old.files["\(role).json"].map(NotaryWorld.found) : nil
        }
        let refusal = try conversation.violated
        #expect(["hash", "rollback"].contains { refusal.found.contains("refused at `\($0)`") }, "\(refusal.found)")
        #expect(try world.verify().passed.count == 1)
    }

    @Test("a server that stands still is refused once the timestamp has expired")
    func freeze() throws {
        var world = try NotaryWorld()
        world.notary.timestamp.expires = "2030-04-01T00:00:00Z"
        try world.notary.publish()
        _ = try world.verify().passed
        world.now = try Instant(rfc3339: "2030-03-31T23:59:59Z")
        _ = try world.verify().passed
        world.now = try Instant(rfc3339: "2030-04-01T00:00:00Z")
        let refusal = try world.verify().violated
        #expect(refusal.reason == .trustMetadataExpired)
        #expect(refusal.found.contains("`timestamp.json`"))
        world.notary.timestamp.version += 1
        world.notary.timestamp.expires = SimulatedNotary.later
        try world.notary.publishTimestamp()
        #expect(try world.verify().passed.count == 1)
    }

    @Test("a server that has no trust data any more is refused where there was some")
    func vanished() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary.files = [:]
        #expect(try world.verify().violated.reason == .trustMetadataRolledBack)
    }

    @Test(
        "versions at their end are left by a new key in a new root, and by nothing else",
        arguments: ["timestamp", "snapshot", "targets"])
    func fastForward(role: String) throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let honest = world.notary
        func change(_ notary: inout SimulatedNotary, _ change: (inout SimulatedNotary.Role) throws -> Void) rethrows {
            switch role {
            case "timestamp": try change(&notary.timestamp)
            case "snapshot": try change(&notary.snapshot)
            default: try change(&notary.targets)
            }
        }
        change(&world.notary) { $0.version = Int.max }
        try world.notary.publish()
        _ = try world.verify().passed
        world.notary = honest
        try world.notary.publishNext()
        #expect(try world.verify().violated.reason == .trustMetadataRolledBack)
        try change(&world.notary) { $0.keys = [try .generate()] }
        world.notary.root.version = 2
        try world.notary.publishRoot()
        try world.notary.publishNext()
        #expect(try world.verify().passed.count == 1)
    }

    @Test("one collection says nothing of another, and one trust in roots nothing of another")
    func apart() throws {
        var (world, old) = try Self.updated()
        world.notary = old
        world.fields.rootKeys.append(("other.pem", try NotaryKey.generate().key.publicKeyPEM))
        #expect(try world.verify().passed.count == 1)
    }
}

/// A server that is down or slow.
@Suite struct UnreachableTests {
    @Test("nothing is known of a server that never answered")
    func never() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        let refusal = try world.verify { _ in NotaryWorld.down }.undetermined
        #expect(refusal.reason == .trustServerUnavailable)
    }

    @Test(
        "any document that cannot be had leaves it open",
        arguments: ["root", "timestamp", "snapshot", "targets", "targets/releases"])
    func anyDocument(role: String) throws {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])
        ]
        try world.notary.publish()
        #expect(
            try world.verify { $0.role == role ? NotaryWorld.down : nil }.undetermined.reason == .trustServerUnavailable
        )
    }

    @Test("what is remembered counts within its own expiry, and says that the server was not heard")
    func remembered() throws {
        var world = try NotaryWorld()
        world.notary.timestamp.expires = "2030-04-01T00:00:00Z"
        try world.notary.publish()
        _ = try world.verify().passed
        let conversation = try world.verify { _ in NotaryWorld.down }
        #expect(try conversation.passed.count == 1)
        #expect(conversation.unseen?.reason == .trustServerUnavailable)
        world.now = try Instant(rfc3339: "2030-04-01T00:00:00Z")
        let refusal = try world.verify { _ in NotaryWorld.down }.undetermined
        #expect(refusal.reason == .trustServerUnavailable)
        #expect(refusal.found.contains("`timestamp.json` is refused at `expiry`"), "\(refusal.found)")
    }

    @Test("what remembered trust data does not name is open, since newer may name it")
    func notNamed() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        #expect(try world.verify("v2") { _ in NotaryWorld.down }.undetermined.reason == .trustServerUnavailable)
        let other = NotaryWorld.digest("other")
        #expect(try world.verify("v1", other) { _ in NotaryWorld.down }.undetermined.reason == .trustServerUnavailable)
    }

    @Test("what is remembered does not stand in where the server contradicts it")
    func contradicted() throws {
        var world = try NotaryWorld()
        try world.notary.publish()
        _ = try world.verify().passed
        try world.notary.publishNext()
        _ = try world.verify { $0.role == "snapshot" ? NotaryWorld.down : nil }.undetermined
        world.notary.lie = .timestampExpired
        try world.notary.publishNext()
        #expect(try world.verify().violated.reason == .trustMetadataExpired)
    }

    @Test("a delegation that was never asked for is not remembered")
    func notAsked() throws {
        var world = try NotaryWorld()
        world.notary.delegations = [.init("targets/alice", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])]
        try world.notary.publish()
        _ = try world.verify().passed
        world.fields.allOf = ["alice"]
        let refusal = try world.verify { _ in NotaryWorld.down }.undetermined
        #expect(refusal.found.contains("not all of it was kept"))
        _ = try world.verify().passed
        _ = try world.verify { _ in NotaryWorld.down }.passed
    }

    @Test("an answer that never comes ends the verification")
    func noAnswer() throws {
        let world = try NotaryWorld()
        var verification = try world.attestor().verification(of: try world.subject())
        guard case .fetch = verification.next([:]),
            case .outcome(.undetermined(let refusal), _) = verification.next([:])
        else {
            Issue.record("it goes on")
            return
        }
        #expect(refusal.reason == .internalError)
    }
}
