import ContentTrust
import Cryptography
import OCI
import StrictJSON
import TestSupport
import Testing
import Timestamp
import Trust

/// What is remembered of a collection, and how it is kept.
@Suite struct KnownCollectionTests {
    /// What a gate knows after these publications.
    private static func known(_ steps: Int, of notary: inout SimulatedNotary) throws -> KnownCollection {
        var known = KnownCollection()
        for step in 0..<steps {
            if step > 0 { try notary.publishNext() }
            known = try update(known, from: notary).known
        }
        return known
    }

    private static func update(
        _ known: KnownCollection, from notary: SimulatedNotary
    ) throws -> (collection: VerifiedCollection?, known: KnownCollection) {
        let repository = try Repository(parsing: notary.name)
        let collection = TrustCollection(server: NotaryWorld.server, of: repository)
        let trust = try RootTrust(keys: [notary.root.keys[0].key.publicKey], certificates: [])
        var update = CollectionUpdate(
            of: collection, trusting: trust, roles: .all, known: known, at: SimulatedNotary.now)
        var received: [Locator: Fetched] = [:]
        while true {
            switch update.next(received) {
            case .fetch(let locators):
                for case .trustMetadata(let collection, let name, let limit) in locators {
                    received[.trustMetadata(collection, name, limit: limit)] =
                        notary.files[name.path].map(NotaryWorld.found) ?? .absent
                }
            case .finished(.verified(let verified, _)): return (verified, verified.remembered)
            case .finished(let outcome): throw NotVerified(outcome: outcome)
            }
        }
    }

    private struct NotVerified: Error { let outcome: CollectionUpdate.Outcome }

    private static func notary() throws -> SimulatedNotary {
        var notary = try SimulatedNotary(of: NotaryWorld.name)
        notary.tags["v1"] = NotaryWorld.tag("image")
        notary.delegations = [.init("targets/releases", [try .generate()], tags: ["v1": NotaryWorld.tag("image")])]
        try notary.publish()
        return notary
    }

    @Test("what is written reads back as the same")
    func roundTrip() throws {
        var notary = try Self.notary()
        let first = try Self.known(1, of: &notary)
        notary.tags["v1"] = NotaryWorld.tag("newer")
        try notary.publishNext()
        let known = try Self.update(first, from: notary).known
        for known in [KnownCollection(), first, known] {
            #expect(try KnownCollection(parsing: known.bytes) == known)
        }
        #expect(first != known)
        #expect(!known.isEmpty)
    }

    /// What is remembered of roles of these names, and of digests that as many keys have signed.
    private static func kept(roles: Range<Int>, digests: Range<Int>, signers: Int) throws -> KnownCollection {
        let key = Base64.encode([UInt8](repeating: 7, count: 32))
        let keys = (0..<signers).map { "\"\(Base64.encode(SHA2.sha256([UInt8($0)])))\"" }.joined(separator: ",")
        let written = roles.map { number in
            let seenAt = Instant(secondsSince1970: 1_800_000_000 + Int64(number)).rfc3339
            return
                "\"targets/r\(number)\":{\"version\":1,\"keys\":\"\(key)\",\"signers\":[],\"paths\":[\"\"],\"seenAt\":\"\(seenAt)\"}"
        }
        let named = digests.map { number in
            let digest = Digest.sha256(of: Array("\(number)".utf8))
            let seenAt = Instant(secondsSince1970: 1_800_000_000 + Int64(number)).rfc3339
            return "{\"digest\":\"\(digest)\",\"role\":\"targets\",\"signers\":[\(keys)],\"seenAt\":\"\(seenAt)\"}"
        }
        let text = """
            {"format":1,"roles":{\(written.joined(separator: ","))},"named":[\(named.joined(separator: ","))]}
            """
        return try KnownCollection(parsing: Array(text.utf8))
    }

    @Test("whoever makes ever new delegations does not make what is kept unreadable: those seen last are known")
    func manyRoles() throws {
        let known = try Self.kept(roles: 0..<200, digests: 0..<0, signers: 0)
            .merging(Self.kept(roles: 200..<400, digests: 0..<0, signers: 0))
        let text = known.bytes
        #expect(try KnownCollection(parsing: text) == known)
        #expect(String(decoding: text, as: UTF8.self).contains("\"targets/r399\""))
        #expect(!String(decoding: text, as: UTF8.self).contains("\"targets/r0\""))
    }

    @Test("nor does whoever signs with many keys: the digests named last are known")
    func manySigners() throws {
        let known = try Self.kept(roles: 0..<0, digests: 0..<600, signers: 64)
            .merging(Self.kept(roles: 0..<0, digests: 600..<1_200, signers: 64))
        let text = known.bytes
        #expect(text.count <= 3 << 20)
        #expect(try KnownCollection(parsing: text) == known)
        let all = String(decoding: text, as: UTF8.self)
        #expect(all.contains(Digest.sha256(of: Array("1199".utf8)).description))
        #expect(!all.contains(Digest.sha256(of: Array("0".utf8)).description))
    }

    @Test("what is no such text is refused", arguments: ["", "{}", "[]", "{\"format\":2,\"roles\":{},\"named\":[]}"])
    func malformed(text: String) {
        #expect(throws: KnownCollectionError.self) { try KnownCollection(parsing: Array(text.utf8)) }
    }

    @Test("every bit of what is kept matters, or is refused")
    func bitFlips() throws {
        var notary = try Self.notary()
        let known = try Self.known(1, of: &notary)
        let bytes = known.bytes
        for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
            var flipped = bytes
            flipped[position] ^= 0x04
            if let read = try? KnownCollection(parsing: flipped) { #expect(read != known) }
        }
    }

    @Test("two that are merged know the newer of each, in either order")
    func merging() throws {
        var notary = try Self.notary()
        let old = try Self.known(1, of: &notary)
        let new = try Self.known(3, of: &notary)
        #expect(old.merging(new) == new)
        #expect(new.merging(old) == new)
        #expect(new.merging(new) == new)
        #expect(KnownCollection().merging(new) == new)
        #expect(new.merging(KnownCollection()) == new)
    }

    @Test("a collection shows who speaks for it, until when, and what its tags stand for")
    func inspection() throws {
        var notary = try Self.notary()
        notary.delegations.append(.init("targets/bob", [try .generate(.ed25519)]))
        notary.delegations[1].isPublished = false
        try notary.publishNext()
        let collection = try #require(try Self.update(KnownCollection(), from: notary).collection)
        #expect(collection.root.keys == notary.root.keys.map(\.key.publicKey))
        #expect(collection.timestamp.version == 2)
        #expect(collection.snapshot.expires == (try Instant(rfc3339: SimulatedNotary.later)))
        #expect(collection.targets.tags.map(\.name) == ["v1"])
        #expect(collection.targets.tags.first?.sha256 == NotaryWorld.digest("image"))
        #expect(collection.targets.tags.first?.length == 528)
        #expect(collection.delegations.map(\.name) == ["targets/releases", "targets/bob"])
        guard case .unpublished(let keys, 1) = collection.delegations[1].state else {
            Issue.record("`targets/bob` has published nothing")
            return
        }
        #expect(keys == notary.delegations[1].role.keys.map(\.key.publicKey))
    }
}
