import ContentTrust
import Cryptography
import OCI
import StrictJSON
import Timestamp
import Trust

/// Without a key nothing of a collection is believed; with one, what is believed is what was signed. What is remembered is read
/// as it was written, and does for a server that does not answer.
enum TrustDataTarget {
    static func run(_ input: [UInt8]) {
        let parts = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        switch input.first {
        case UInt8(ascii: "{"): checkRemembered(input)
        case UInt8(ascii: "s"): checkStrangers(parts)
        case UInt8(ascii: "k"): checkSigned(parts)
        case UInt8(ascii: "e"): checkEdited(input.dropFirst())
        default: break
        }
    }

    private static let now = Instant(secondsSince1970: 1_900_000_000)
    private static let keys = SigningKeys()
    private static let published = keys.map { keys in
        SignedTrustData(PublishedTrustData.documents.map { Array($0.utf8) }, by: keys)
    }
    private static let collection = (try? Repository(parsing: "registry.example.com/shop/cart")).map {
        TrustCollection(server: "https://notary.example.com", of: $0)
    }

    // MARK: - Updates

    /// What comes of an update, and how many documents it asked for.
    private static func outcome(
        _ trust: RootTrust, knowing known: KnownCollection = KnownCollection(),
        roles: CollectionUpdate.Roles = .all, _ answer: (Locator) -> Fetched
    ) -> (CollectionUpdate.Outcome, requests: [Locator])? {
        guard let collection else { return nil }
        var update = CollectionUpdate(of: collection, trusting: trust, roles: roles, known: known, at: now)
        var received: [Locator: Fetched] = [:]
        for _ in 0..<16 {
            switch update.next(received) {
            case .finished(let outcome):
                let requests = update.requests
                hold(Set(requests).count == requests.count, "nothing is asked for twice")
                hold(requests.count <= 2 + 3 + 32 + 2 * 34, "it asks for a bounded number of documents")
                if case .refused(let refusal) = outcome { checkShort(refusal) }
                if case .unreachable(let refusal) = outcome { checkShort(refusal) }
                return (outcome, requests)
            case .fetch(let locators):
                hold(!locators.isEmpty && locators.allSatisfy(isConfined), "a request names a document")
                received = Dictionary(locators.map { ($0, answer($0)) }) { first, _ in first }
            }
        }
        hold(false, "an update ends")
        return nil
    }

    private static func checkShort(_ refusal: Refusal) {
        hold(refusal.found.utf8.count < 16_384, "an error is short")
    }

    private static func isConfined(_ locator: Locator) -> Bool {
        guard case .trustMetadata(_, let name, _) = locator else { return false }
        return !name.path.utf8.starts(with: "/".utf8) && !name.path.contains("..")
            && name.path.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func silent(_ locator: Locator) -> Fetched {
        .undetermined(Refusal(.trustServerUnavailable, found: "no answer", expected: "an answer"))
    }

    private static func pinned() -> RootTrust? {
        keys.flatMap { try? RootTrust(keys: [$0.pinned.publicKey], certificates: []) }
    }

    // MARK: - Claims

    /// Whoever has no key is believed nothing, whatever he sends and whatever he left in a folder.
    private static func checkStrangers(_ parts: [[UInt8]]) {
        let server = SignedTrustData(unsigned: parts)
        guard let pinned = pinned() else { return hold(false, "keys can be made") }
        for trust in [pinned, .firstUse] {
            if case .verified? = outcome(trust, server.answer)?.0 { hold(false, "nobody believes a stranger") }
        }
        let last = parts.last ?? []
        let found = KnownCollection(
            root: parts.first ?? [], documents: ["timestamp": last, "snapshot": last, "targets": last], foundAt: now)
        if case .verified? = outcome(pinned, knowing: found, server.answer)?.0 {
            hold(false, "nobody believes a stranger")
        }
    }

    private static func checkSigned(_ parts: [[UInt8]]) {
        guard let keys, let pinned = pinned(), let published else { return hold(false, "keys can be made") }
        let server = SignedTrustData(parts, by: keys)
        for roles in [CollectionUpdate.Roles.all, .named(["targets/releases"])] {
            guard case .verified(let verified, let basis)? = outcome(pinned, roles: roles, server.answer)?.0 else {
                continue
            }
            hold(verified.unheard == nil && basis.count >= 4, "it rests on what was asked for")
            checkSaid(verified, server)
            checkWritten(verified.remembered)
            checkAgain(verified, server, pinned, roles)
            checkRollback(verified, published, pinned, roles)
        }
    }

    /// What is believed stands in what was signed.
    private static func checkSaid(_ verified: VerifiedCollection, _ server: SignedTrustData) {
        var delegated: [VerifiedCollection.Targets] = []
        for delegation in verified.delegations {
            if case .verified(let targets) = delegation.state { delegated.append(targets) }
        }
        for role in [verified.root, verified.timestamp, verified.snapshot] { check(role, server) }
        for targets in [verified.targets] + delegated {
            check(targets.role, server)
            let said = signed(targets.role, server)?["targets"]
            for tag in targets.tags {
                let hash = said?[key: tag.name]?["hashes"]?["sha256"]?.stringUTF8.flatMap { Base64.decode($0) }
                hold(hash != nil && hash == tag.sha256?.bytes, "a tag stands for what was signed")
                hold(targets.paths.contains { tag.name.utf8.starts(with: $0.utf8) }, "a role keeps to its paths")
            }
        }
    }

    private static func check(_ role: VerifiedCollection.Role, _ server: SignedTrustData) {
        hold(role.expires > now, "nothing that is believed has expired")
        hold(role.signers.count >= role.threshold && role.threshold > 0, "enough keys have signed")
        hold(role.signers.allSatisfy(role.keys.contains), "those who have signed speak for the role")
        hold(signed(role, server)?["version"]?.integer == role.version, "the version is the one that was signed")
    }

    private static func signed(_ role: VerifiedCollection.Role, _ server: SignedTrustData) -> JSONValue? {
        server.texts[role.name].flatMap { try? JSONDocument(parsing: $0).root }
    }

    /// With what is remembered one question is enough, and none if there is no answer.
    private static func checkAgain(
        _ verified: VerifiedCollection, _ server: SignedTrustData, _ trust: RootTrust, _ roles: CollectionUpdate.Roles
    ) {
        let again = outcome(trust, knowing: verified.remembered, roles: roles, server.answer)
        guard case .verified(let second, _)? = again?.0 else { return hold(false, "what was verified verifies again") }
        hold(said(by: second) == said(by: verified), "it says the same again")
        // What was refused was not kept.
        let isWhole = !verified.delegations.contains { if case .refused = $0.state { true } else { false } }
        guard isWhole else { return }
        hold(again?.requests.count == 1, "only the timestamp is asked for")
        let alone = outcome(trust, knowing: verified.remembered, roles: roles, silent)
        guard case .verified(let third, _)? = alone?.0 else {
            return hold(false, "what is remembered does for a silent server")
        }
        hold(third.unheard != nil && said(by: third) == said(by: verified), "it says what it said")
    }

    /// A server that goes back to other trust data never goes back to an older version by the same keys.
    private static func checkRollback(
        _ verified: VerifiedCollection, _ published: SignedTrustData, _ trust: RootTrust,
        _ roles: CollectionUpdate.Roles
    ) {
        let back = outcome(trust, knowing: verified.remembered, roles: roles, published.answer)
        guard case .verified(let older, _)? = back?.0 else { return }
        hold(older.root.version >= verified.root.version, "no root is taken back")
        for (old, new) in [
            (older.timestamp, verified.timestamp), (older.snapshot, verified.snapshot),
            (older.targets.role, verified.targets.role),
        ] where Set(old.keys) == Set(new.keys) && old.threshold == new.threshold {
            hold(old.version >= new.version, "no version is taken back")
        }
        checkWritten(older.remembered)
        checkWritten(older.remembered.merging(verified.remembered))
    }

    /// Other bytes than those that were signed say what was signed, or nothing.
    private static func checkEdited(_ edits: ArraySlice<UInt8>) {
        guard let pinned = pinned(), var server = published else { return hold(false, "keys can be made") }
        guard case .verified(let whole, _)? = outcome(pinned, server.answer)?.0 else {
            return hold(false, "what is published verifies")
        }
        server.edit(by: edits)
        for known in [KnownCollection(), whole.remembered] {
            guard case .verified(let edited, _)? = outcome(pinned, knowing: known, server.answer)?.0 else { continue }
            hold(Set(said(by: edited)).isSubset(of: said(by: whole)), "it says what was signed")
        }
    }

    /// Of each role that verified who it is, until when, and what it names.
    private static func said(by verified: VerifiedCollection) -> [String] {
        func said(_ role: VerifiedCollection.Role) -> String {
            "\(role.name) \(role.version) \(role.expires) \(role.threshold) \(role.keys.map(\.contentTrustID))"
        }
        func said(_ targets: VerifiedCollection.Targets) -> String {
            let tags = targets.tags.map { "\($0.name) \($0.length) \($0.sha256?.description ?? "")" }
            return "\(said(targets.role)) \(targets.paths) \(tags)"
        }
        let delegations = verified.delegations.compactMap { delegation in
            if case .verified(let targets) = delegation.state { said(targets) } else { nil }
        }
        return [verified.root, verified.timestamp, verified.snapshot].map(said) + [said(verified.targets)] + delegations
    }

    // MARK: - What is remembered

    private static func checkRemembered(_ input: [UInt8]) {
        guard let known = try? KnownCollection(parsing: input) else { return }
        checkWritten(known)
        let both = known.merging(known)
        checkWritten(both)
        hold(both.merging(both) == both, "what is known twice is known once")
        guard let pinned = pinned(), let published else { return hold(false, "keys can be made") }
        if case .verified(let verified, _)? = outcome(pinned, knowing: known, published.answer)?.0 {
            checkWritten(verified.remembered)
            checkWritten(known.merging(verified.remembered))
        }
    }

    private static func checkWritten(_ known: KnownCollection) {
        let bytes = known.bytes
        guard let again = try? KnownCollection(parsing: bytes) else { return hold(false, "what was written is read") }
        hold(again == known, "what is remembered is what was written")
        hold(again.bytes == bytes, "it is written alike")
    }
}
