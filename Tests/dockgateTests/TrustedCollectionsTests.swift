import ContentTrust
import Cryptography
import Foundation
import OCI
import State
import TestSupport
import Testing
import Timestamp
import Trust

@testable import dockgate

/// What a gate has verified of notary servers outlives it.
@Suite struct TrustedCollectionsTests {
    private let scratch = FileManager.default.temporaryDirectory.appending(path: "dockgate-\(UUID().uuidString)")

    /// A gate that runs: one at a time keeps its state there.
    private func running(
        _ body: (TrustedCollections) throws -> Void, losing lost: (String) -> Void = { Issue.record("lost: \($0)") }
    ) throws {
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let state = try StateDirectory.open(scratch.appending(path: "state").path)
        try body(TrustedCollections(in: state, unusable: lost))
    }

    private var file: URL { scratch.appending(path: "state/trusted-collections") }

    private func clean() { try? FileManager.default.removeItem(at: scratch) }

    @Test("what one gate has verified, the next one knows")
    func restart() throws {
        defer { clean() }
        let published = try Published()
        let known = try published.verified()
        try running { collections in
            #expect(collections.known(published.collection, pin: [1]).isEmpty)
            collections.learn(known, of: published.collection, pin: [1])
            #expect(collections.known(published.collection, pin: [1]) == known)
            try collections.keep()
        }
        try running { collections in
            #expect(collections.known(published.collection, pin: [1]) == known)
            #expect(collections.known(published.collection, pin: [2]).isEmpty)
            let elsewhere = TrustCollection(
                server: "https://other.example.com", of: published.collection.repository)
            #expect(collections.known(elsewhere, pin: [1]).isEmpty)
        }
    }

    @Test("after a restart older trust data is refused, though it has not expired")
    func rollback() throws {
        defer { clean() }
        var published = try Published()
        let former = published.notary
        try published.publishNext()
        try running { collections in
            collections.learn(try published.verified(), of: published.collection, pin: [1])
            try collections.keep()
        }
        published.notary = former
        try running { collections in
            let known = collections.known(published.collection, pin: [1])
            guard case .refused(let refusal) = try published.update(knowing: known) else {
                Issue.record("older trust data was verified")
                return
            }
            #expect(refusal.reason == .trustMetadataRolledBack)
        }
        // Who knows nothing cannot tell.
        #expect(!(try published.verified().isEmpty))
    }

    @Test("what is older is learnt, and what was known stays")
    func older() throws {
        defer { clean() }
        var published = try Published()
        let older = try published.verified()
        try published.publishNext()
        let newer = try published.verified()
        try running { collections in
            collections.learn(newer, of: published.collection, pin: [1])
            collections.learn(older, of: published.collection, pin: [1])
            try collections.keep()
        }
        try running { collections in
            guard
                case .refused = try Published.update(
                    older: published, knowing: collections.known(published.collection, pin: [1]))
            else {
                Issue.record("what came late took the place of what was newer")
                return
            }
        }
    }

    @Test("nothing is written where nothing was learnt, and a file that was taken away comes back when something is")
    func unchanged() throws {
        defer { clean() }
        let published = try Published()
        let known = try published.verified()
        try running { collections in
            try collections.keep()
            #expect(!FileManager.default.fileExists(atPath: file.path))
            collections.learn(known, of: published.collection, pin: [1])
            try collections.keep()
            try FileManager.default.removeItem(at: file)
            collections.learn(known, of: published.collection, pin: [1])
            try collections.keep()
            #expect(!FileManager.default.fileExists(atPath: file.path))
            collections.learn(known, of: published.collection, pin: [2])
            try collections.keep()
            #expect(FileManager.default.fileExists(atPath: file.path))
        }
    }

    @Test("a file that does not count is told, and the gate begins anew", arguments: ["cut", "other"])
    func damaged(how: String) throws {
        defer { clean() }
        let published = try Published()
        try running { collections in
            collections.learn(try published.verified(), of: published.collection, pin: [1])
            try collections.keep()
        }
        let bytes = try Data(contentsOf: file)
        if how == "cut" {
            try bytes.dropLast(10).write(to: file)
        } else {
            let state = try StateDirectory.open(scratch.appending(path: "state").path)
            try state.file("trusted-collections", version: 1, maximumBytes: 100).keep(Array("{}".utf8))
        }
        var reasons: [String] = []
        try running({ #expect($0.known(published.collection, pin: [1]).isEmpty) }, losing: { reasons.append($0) })
        #expect(reasons.count == 1)
    }

    @Test("of more collections than there is room for, what was verified longest ago is forgotten")
    func tooMany() throws {
        defer { clean() }
        let published = try Published()
        let known = try published.verified()
        func pin(_ number: Int) -> [UInt8] { Array(String(number).utf8) }
        try running { collections in
            for number in 0..<TrustedCollections.maximumCollections {
                collections.learn(known, of: published.collection, pin: pin(number))
            }
            collections.learn(known, of: published.collection, pin: pin(0))
            collections.learn(known, of: published.collection, pin: [0])
            #expect(collections.known(published.collection, pin: pin(0)) == known)
            #expect(collections.known(published.collection, pin: pin(1)).isEmpty)
            #expect(collections.known(published.collection, pin: pin(2)) == known)
        }
    }
}

/// A collection at a notary server.
private struct Published {
    var notary: SimulatedNotary
    /// What the server had before it published the next.
    private var former: SimulatedNotary?
    let collection: TrustCollection

    init() throws {
        let repository = try Repository(parsing: "registry.example.com/team/app")
        collection = TrustCollection(server: "https://notary.example.com", of: repository)
        notary = try SimulatedNotary(of: collection.name)
        notary.tags["v1"] = .init(sha256: SHA2.sha256(Array("image".utf8)))
        try notary.publish()
    }

    mutating func publishNext() throws {
        former = notary
        notary.tags["v2"] = .init(sha256: SHA2.sha256(Array("newer".utf8)))
        try notary.publishNext()
    }

    struct NotVerified: Error { let outcome: CollectionUpdate.Outcome }

    func verified() throws -> KnownCollection {
        let outcome = try update(knowing: KnownCollection())
        guard case .verified(let verified, _) = outcome else { throw NotVerified(outcome: outcome) }
        return verified.remembered
    }

    static func update(older published: Published, knowing known: KnownCollection) throws -> CollectionUpdate.Outcome {
        var older = published
        older.notary = published.former ?? published.notary
        return try older.update(knowing: known)
    }

    func update(knowing known: KnownCollection) throws -> CollectionUpdate.Outcome {
        let trust = try RootTrust(keys: [notary.root.keys[0].key.publicKey], certificates: [])
        var update = CollectionUpdate(
            of: collection, trusting: trust, roles: .all, known: known, at: SimulatedNotary.now)
        var received: [Locator: Fetched] = [:]
        while true {
            switch update.next(received) {
            case .finished(let outcome): return outcome
            case .fetch(let locators):
                for case .trustMetadata(let collection, let name, let limit) in locators {
                    let bytes = notary.files[name.path]
                    received[.trustMetadata(collection, name, limit: limit)] =
                        bytes.map { .found(.init(bytes: $0, digest: .sha256(of: $0), mediaType: nil)) } ?? .absent
                }
            }
        }
    }
}
