import TestSupport
import Testing
import Trust

/// Every single lie that metadata can tell.
@Suite struct LieTests {
    /// Which document is refused, and at which step.
    private static let refusals: [NotaryLie: (document: String, step: String, reason: ReasonCode)] = [
        .noThreshold: ("root.json", "format", .trustMetadataInvalid),
        .noThresholdOfDelegation: ("targets.json", "format", .trustMetadataInvalid),
        .otherKeyID: ("root.json", "key id", .trustMetadataInvalid),
        .otherKeyIDOfDelegation: ("targets.json", "key id", .trustMetadataInvalid),
        .strangersSignature: ("targets.json", "signature", .trustMetadataInvalid),
        .noSignature: ("targets.json", "signature", .trustMetadataInvalid),
        .oneKeyTwice: ("targets.json", "signature", .trustMetadataInvalid),
        .oneKeyUnderTwoIDs: ("targets.json", "signature", .trustMetadataInvalid),
        .signatureInDER: ("targets.json", "signature", .trustMetadataInvalid),
        .otherMethod: ("targets.json", "signature", .trustMetadataInvalid),
        .otherType: ("targets.json", "format", .trustMetadataInvalid),
        .typeInLowerCase: ("targets.json", "format", .trustMetadataInvalid),
        .targetsExpired: ("targets.json", "expiry", .trustMetadataExpired),
        .timestampExpired: ("timestamp.json", "expiry", .trustMetadataExpired),
        .snapshotExpired: ("snapshot.json", "expiry", .trustMetadataExpired),
        .rootExpired: ("root.json", "expiry", .trustMetadataExpired),
        .delegationExpired: ("targets/releases.json", "expiry", .trustMetadataExpired),
        .otherTargetsListed: ("targets.json", "listing", .trustMetadataInvalid),
        .otherRootListed: ("root.json", "listing", .trustMetadataInvalid),
        .otherSnapshotListed: ("snapshot.json", "listing", .trustMetadataInvalid),
        .otherDelegationListed: ("targets/releases.json", "listing", .trustMetadataInvalid),
        .targetsNotListed: ("targets.json", "listing", .trustMetadataInvalid),
        .rootNotListed: ("root.json", "listing", .trustMetadataInvalid),
        .versionWithFraction: ("targets.json", "format", .trustMetadataInvalid),
        .versionZero: ("targets.json", "format", .trustMetadataInvalid),
        .tagTwice: ("targets.json", "format", .trustMetadataInvalid),
        .delegationNamedLikePath: ("targets.json", "format", .trustMetadataInvalid),
        .delegationOfAnother: ("targets.json", "format", .trustMetadataInvalid),
        .delegationTwice: ("targets.json", "format", .trustMetadataInvalid),
        .expiryWithoutTime: ("targets.json", "format", .trustMetadataInvalid),
        .shortHash: ("targets/releases.json", "format", .trustMetadataInvalid),
        .trailingBytes: ("targets.json", "format", .trustMetadataInvalid),
    ]

    private static func world() throws -> NotaryWorld {
        var world = try NotaryWorld()
        world.notary.delegations = [
            .init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])
        ]
        return world
    }

    @Test("whoever lies is refused, at the step that the lie is about", arguments: NotaryLie.allCases)
    func lies(_ lie: NotaryLie) throws {
        var liar = try Self.world()
        liar.notary.lie = lie
        try liar.notary.publish()
        let refusal = try liar.verify().violated
        let expected = try #require(Self.refusals[lie])
        #expect(refusal.reason == expected.reason)
        #expect(refusal.found.contains("`\(expected.document)` of"), "\(refusal.found)")
        #expect(refusal.found.contains("refused at `\(expected.step)`"), "\(refusal.found)")
    }

    @Test("a lie that begins later is refused as well", arguments: NotaryLie.allCases)
    func later(_ lie: NotaryLie) throws {
        // These are about who may sign, which is the root's to say.
        guard ![.oneKeyTwice, .oneKeyUnderTwoIDs, .noThreshold, .otherKeyID, .rootExpired].contains(lie) else { return }
        var world = try Self.world()
        try world.notary.publish()
        #expect(try world.verify().passed.count == 1)
        world.notary.lie = lie
        try world.notary.publishNext()
        #expect(try world.verify().violated.reason == Self.refusals[lie]?.reason)
    }

    @Test(
        "one bit of any document is enough",
        arguments: ["root", "timestamp", "snapshot", "targets", "targets/releases"])
    func bitFlips(role: String) throws {
        var world = try Self.world()
        try world.notary.publish()
        let bytes = try #require(world.notary.files["\(role).json"])
        for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 16)) {
            var flipped = bytes
            flipped[position] ^= 0x01
            let conversation = try world.verify { $0.role == role ? NotaryWorld.found(flipped) : nil }
            _ = try conversation.violated
        }
        #expect(try world.verify().passed.count == 1)
    }

    @Test("more than a document may have is refused", arguments: ["root", "timestamp", "snapshot", "targets"])
    func tooLarge(role: String) throws {
        var world = try Self.world()
        try world.notary.publish()
        let padded = (world.notary.files["\(role).json"] ?? []) + [UInt8](repeating: 0x20, count: 6 << 20)
        let conversation = try world.verify { $0.role == role ? NotaryWorld.found(padded) : nil }
        #expect(try conversation.violated.reason == .limitExceeded)
    }

    @Test("what is no metadata at all is refused", arguments: ["", "{}", "[]", "null", "{\"signed\":1}", "<html>"])
    func noMetadata(text: String) throws {
        var world = try Self.world()
        try world.notary.publish()
        for role in ["root", "timestamp", "snapshot", "targets", "targets/releases"] {
            let conversation = try world.verify { $0.role == role ? NotaryWorld.found(Array(text.utf8)) : nil }
            #expect(try conversation.violated.reason == .trustMetadataInvalid, "\(role)")
        }
    }

    @Test("a document that is listed and not there is refused", arguments: ["snapshot", "targets", "targets/releases"])
    func absent(role: String) throws {
        var world = try Self.world()
        try world.notary.publish()
        let refusal = try world.verify { $0.role == role ? .absent : nil }.violated
        #expect(refusal.reason == .trustMetadataInvalid)
        #expect(refusal.found.contains("refused at `listing`"))
    }
}
