import Cryptography
import TUF
import TestSupport
import Testing
import Timestamp

/// The attacks that section 1.5.2 of the specification names, each by whoever has the mirror, and some by whoever has keys.
@Suite struct AttackTests {
    // MARK: - Arbitrary installation

    @Test("arbitrary installation: a target with other content than is listed is refused")
    func otherContent() throws {
        var repository = try SimulatedTUFRepository()
        let path = try #require(repository.files.keys.first { $0.hasPrefix("targets/") })
        repository.files[path] = Array("c0ntent".utf8)
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).reason == .otherHash("sha256"))
        #expect(!client.files.contains { $0.name.hasPrefix("targets/") })
    }

    @Test(
        "arbitrary installation: metadata that keys of nobody have signed is refused, of every role",
        arguments: ["timestamp", "snapshot", "targets"])
    func strangersKeys(_ role: String) throws {
        var repository = try SimulatedTUFRepository()
        let strangers = try SimulatedTUFRepository.keys(1)
        switch role {
        case "timestamp": repository.timestamp.signers = strangers
        case "snapshot": repository.snapshot.signers = strangers
        default: repository.targets.signers = strangers
        }
        try repository.publish()
        var client = Client(of: repository)
        let error = try client.refusal(from: repository)
        #expect(error.reason == .tooFewSignatures(found: 0, threshold: 1))
        #expect(error.file.hasSuffix("\(role).json"))
    }

    @Test("arbitrary installation: the key of one role speaks for no other")
    func keysOfOtherRoles() throws {
        var repository = try SimulatedTUFRepository()
        repository.targets.signers = repository.timestamp.keys + repository.snapshot.keys
        try repository.publish()
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).reason == .tooFewSignatures(found: 0, threshold: 1))
    }

    @Test("arbitrary installation: signed metadata with any fact changed is refused")
    func changedMetadata() throws {
        var repository = try SimulatedTUFRepository()
        repository.listsContent = false
        try repository.publish()
        for (name, from, to) in [
            ("timestamp.json", "\"version\":1,\"expires\":\"2040", "\"version\":1,\"expires\":\"2041"),
            ("1.targets.json", "file.txt", "fine.txt"), ("1.snapshot.json", "targets.json", "targetz.json"),
        ] {
            var changed = repository
            let text = String(decoding: try #require(changed.files[name]), as: UTF8.self)
            #expect(text.contains(from))
            changed.files[name] = Array(text.replacing(from, with: to).utf8)
            var client = Client(of: repository)
            #expect(try client.refusal(from: changed).reason == .tooFewSignatures(found: 0, threshold: 1))
        }
    }

    // MARK: - Endless data

    @Test("endless data: a file with one byte more than its limit is refused, whether it is cut or not")
    func endlessData() throws {
        let repository = try SimulatedTUFRepository()
        var asked = Client(of: repository)
        _ = try asked.current(from: repository)
        for endless in asked.asked.map(\.path) {
            for isCut in [false, true] {
                var client = Client(of: repository)
                let error = try client.refusal(from: repository) { request in
                    guard request.path == endless else { return nil }
                    return isCut ? .tooLarge : .found([UInt8](repeating: 0x20, count: request.limit + 1))
                }
                guard case .tooLarge = error.reason else {
                    Issue.record("\(endless): \(error)")
                    continue
                }
                #expect(error.file == endless)
            }
        }
    }

    @Test("endless data: no more is asked for than a file is listed with, and no more is listed than the limits allow")
    func listedLengths() throws {
        var repository = try SimulatedTUFRepository()
        repository.content["large"] = [UInt8](repeating: 7, count: 200)
        try repository.publish()
        var client = Client(of: repository)
        _ = try client.current(from: repository, targets: ["large"])
        for request in client.asked where request.path != "2.root.json" && request.path != "timestamp.json" {
            let name = request.base == .targets ? "targets/\(request.path)" : request.path
            #expect(request.limit == repository.files[name]?.count)
        }
        var small = Client(of: repository)
        small.limits.targetFileBytes = 199
        #expect(try small.refusal(from: repository, targets: ["large"]).reason == .tooLarge(limit: 199))
        #expect(small.asked.allSatisfy { $0.base == .metadata })
        var smaller = Client(of: repository)
        smaller.limits.snapshotBytes = 10
        #expect(try smaller.refusal(from: repository).reason == .tooLarge(limit: 10))
    }

    // MARK: - Fast-forward

    @Test("S36, fast-forward: versions at the maximum are recovered from by a root with other keys for what is fresh")
    func fastForwardRecovery() throws {
        var repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        repository.timestamp.version = .max
        repository.snapshot.version = .max
        repository.targets.version = .max
        try repository.publish()
        #expect(try client.current(from: repository).versions.contains("timestamp \(Int.max)"))
        (repository.timestamp.version, repository.snapshot.version, repository.targets.version) = (2, 2, 2)
        try repository.publish()
        var stuck = client
        #expect(try stuck.refusal(from: repository).reason == .rollback(found: 2, trusted: .max))
        repository.root.version = 2
        repository.snapshot.keys = try SimulatedTUFRepository.keys(1)
        try repository.publishRoot()
        try repository.publish()
        #expect(
            try client.current(from: repository).versions == ["root 2", "timestamp 2", "snapshot 2", "targets 2"])
    }

    @Test("S36, fast-forward: a version beyond what is read is refused, and so is a root that nothing can follow")
    func versionsBeyondAllNumbers() throws {
        var repository = try SimulatedTUFRepository()
        let text = String(decoding: try #require(repository.files["timestamp.json"]), as: UTF8.self)
        repository.files["timestamp.json"] = Array(
            text.replacing("\"version\":1,\"expires\"", with: "\"version\":9223372036854775808,\"expires\"").utf8)
        var client = Client(of: repository)
        #expect(throws: TUFError.self) { throw try client.refusal(from: repository) }
        repository.root.version = .max
        try repository.publishRoot()
        var update = TUFUpdate(
            pinnedRoot: try #require(repository.files["\(Int.max).root.json"]), remembered: [], targets: [],
            startingAt: SimulatedTUFRepository.now)
        #expect(update.next() == .finished(.refused(.init(file: "root.json", reason: .lastVersion))))
    }

    // MARK: - Indefinite freeze

    @Test(
        "S14, indefinite freeze: metadata that has expired is refused, of every role, from the very moment on",
        arguments: ["root", "timestamp", "snapshot", "targets"])
    func freeze(_ role: String) throws {
        var repository = try SimulatedTUFRepository()
        let end = "2030-03-17T17:46:40Z"
        switch role {
        case "root":
            (repository.root.version, repository.root.expires) = (2, end)
            try repository.publishRoot()
        case "timestamp": repository.timestamp.expires = end
        case "snapshot": repository.snapshot.expires = end
        default: repository.targets.expires = end
        }
        try repository.publish()
        var client = Client(of: repository)
        #expect(throws: Never.self) {
            try client.current(from: repository, at: SimulatedTUFRepository.now - .seconds(1))
        }
        for files in [[], client.files] {
            client.files = files
            #expect(
                try client.refusal(from: repository).reason
                    == .expired(SimulatedTUFRepository.now, now: SimulatedTUFRepository.now))
        }
    }

    @Test("indefinite freeze: the pinned root may have expired, if another follows")
    func expiredPinnedRoot() throws {
        var repository = try SimulatedTUFRepository()
        repository.root.expires = SimulatedTUFRepository.past
        try repository.publishRoot()
        var client = Client(of: repository)
        guard case .expired = try client.refusal(from: repository).reason else { throw NotRefused() }
        (repository.root.version, repository.root.expires) = (2, SimulatedTUFRepository.later)
        try repository.publishRoot()
        #expect(try client.current(from: repository).versions.first == "root 2")
    }

    @Test("S38: what was seen holds up older metadata also where the clock was set back ten years")
    func clockSetBack() throws {
        var repository = try SimulatedTUFRepository()
        let old = repository.files
        try repository.publishNext()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        repository.files = old
        let tenYears = Duration.seconds(10 * 365 * 86_400)
        #expect(
            try client.refusal(from: repository, at: SimulatedTUFRepository.now - tenYears).reason
                == .rollback(found: 1, trusted: 2))
        guard case .expired = try client.refusal(from: repository, at: SimulatedTUFRepository.now + tenYears).reason
        else {
            throw NotRefused()
        }
    }

    // MARK: - Mix and match

    @Test("attack 13, mix and match: a snapshot of another time than the timestamp names is refused")
    func otherSnapshot() throws {
        for listsContent in [true, false] {
            var repository = try SimulatedTUFRepository()
            repository.listsContent = listsContent
            try repository.publish()
            let old = repository.files["1.snapshot.json"]
            try repository.publishNext()
            repository.files["2.snapshot.json"] = old
            var client = Client(of: repository)
            let reason = try client.refusal(from: repository).reason
            #expect(reason == (listsContent ? .otherHash("sha256") : .otherVersion(found: 1, expected: 2)))
        }
    }

    @Test("attack 13, mix and match: targets of another time than the snapshot names are refused")
    func otherTargets() throws {
        for listsContent in [true, false] {
            var repository = try SimulatedTUFRepository()
            repository.listsContent = listsContent
            try repository.publish()
            let old = repository.files["1.targets.json"]
            try repository.publishNext()
            repository.files["2.targets.json"] = old
            var client = Client(of: repository)
            let reason = try client.refusal(from: repository).reason
            #expect(reason == (listsContent ? .otherHash("sha256") : .otherVersion(found: 1, expected: 2)))
        }
    }

    @Test("attack 13, mix and match: a role that was listed is listed for ever")
    func vanished() throws {
        var repository = try SimulatedTUFRepository()
        repository.delegated = [.init(name: "a", role: .init(version: 1, keys: try SimulatedTUFRepository.keys(1)))]
        try repository.publish()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        repository.delegated[0].isListed = false
        try repository.publishNext()
        #expect(try client.refusal(from: repository).reason == .vanished("a.json"))
    }

    // MARK: - Rollback

    @Test("attack 13, rollback: a timestamp that is older than the one seen before is refused, also after a restart")
    func timestampRollback() throws {
        var repository = try SimulatedTUFRepository()
        let old = repository.files
        try repository.publishNext()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        repository.files = old
        #expect(try client.refusal(from: repository).reason == .rollback(found: 1, trusted: 2))
        #expect(try client.refusal(from: repository).reason == .rollback(found: 1, trusted: 2))
        var forgetful = Client(of: repository)
        #expect(try forgetful.current(from: repository).versions.contains("timestamp 1"))
    }

    @Test("attack 13, rollback: a newer timestamp that names an older snapshot is refused")
    func snapshotRollback() throws {
        var repository = try SimulatedTUFRepository()
        try repository.publishNext()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        repository.timestamp.version = 3
        repository.snapshot.version = 1
        try repository.publish()
        #expect(
            try client.refusal(from: repository).reason == .listedRollback("snapshot.json", found: 1, trusted: 2))
    }

    @Test("attack 13, rollback: a newer snapshot that names older targets is refused")
    func targetsRollback() throws {
        var repository = try SimulatedTUFRepository()
        try repository.publishNext()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        (repository.timestamp.version, repository.snapshot.version, repository.targets.version) = (3, 3, 1)
        try repository.publish()
        #expect(
            try client.refusal(from: repository).reason == .listedRollback("targets.json", found: 1, trusted: 2))
    }

    @Test("attack 13, rollback: what has expired since still holds older metadata up")
    func rollbackBehindExpiry() throws {
        var repository = try SimulatedTUFRepository()
        let old = repository.files
        repository.timestamp.expires = "2030-06-01T00:00:00Z"
        repository.snapshot.expires = "2030-06-01T00:00:00Z"
        try repository.publishNext()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        repository.files = old
        #expect(
            try client.refusal(from: repository, at: Instant(rfc3339: "2031-01-01T00:00:00Z")).reason
                == .rollback(found: 1, trusted: 2))
    }

    // MARK: - Wrong file

    @Test("wrong file: signed metadata of one role is not taken for that of another")
    func otherRole() throws {
        var repository = try SimulatedTUFRepository()
        // One key for everything, which a repository may well have.
        let keys = try SimulatedTUFRepository.keys(1)
        (repository.timestamp.keys, repository.snapshot.keys, repository.targets.keys) = (keys, keys, keys)
        repository.listsContent = false
        try repository.publishRoot()
        try repository.publish()
        repository.files["timestamp.json"] = repository.files["1.snapshot.json"]
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).reason == .otherRole(found: "snapshot", expected: "timestamp"))
    }

    @Test("wrong file: the content of one target is not taken for that of another")
    func otherTarget() throws {
        var repository = try SimulatedTUFRepository()
        repository.content["two"] = Array("CONTENT".utf8)
        try repository.publish()
        var client = Client(of: repository)
        #expect(
            try client.refusal(from: repository, targets: ["two"]) { request in
                request.base == .targets ? .found(Array("content".utf8)) : nil
            }.reason == .otherHash("sha256"))
    }

    @Test("wrong file: a root under the number of another is refused")
    func otherRoot() throws {
        var repository = try SimulatedTUFRepository()
        repository.root.version = 3
        try repository.publishRoot()
        repository.files["2.root.json"] = repository.files["3.root.json"]
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).reason == .otherVersion(found: 3, expected: 2))
        repository.files["2.root.json"] = repository.files["1.root.json"]
        #expect(try client.refusal(from: repository).reason == .otherVersion(found: 1, expected: 2))
    }

    // MARK: - Key compromise

    @Test("key compromise: fewer keys than the threshold make no root, neither of the old ones nor of the new ones")
    func rootThresholds() throws {
        let repository = try SimulatedTUFRepository()
        let strangers = try SimulatedTUFRepository.keys(3)
        var lost = repository
        (lost.root.version, lost.root.signers) = (2, [repository.root.keys[0]])
        try lost.publishRoot()
        var client = Client(of: repository)
        #expect(try client.refusal(from: lost).reason == .tooFewSignatures(found: 1, threshold: 2))
        var taken = repository
        (taken.root.version, taken.root.keys) = (2, strangers)
        try taken.publishRoot(alsoBy: [repository.root.keys[0]])
        #expect(try client.refusal(from: taken).reason == .tooFewSignatures(found: 1, threshold: 2))
        var unaware = repository
        (unaware.root.version, unaware.root.keys, unaware.root.signers) = (2, strangers, [strangers[0]])
        try unaware.publishRoot(alsoBy: repository.root.keys)
        #expect(try client.refusal(from: unaware).reason == .tooFewSignatures(found: 1, threshold: 2))
        unaware.root.signers = strangers
        try unaware.publishRoot(alsoBy: repository.root.keys)
        #expect(try client.current(from: unaware).versions.first == "root 2")
    }

    @Test("key compromise: a key that a root has replaced speaks for its role no more")
    func revokedKey() throws {
        var repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        let lost = repository.targets.keys
        repository.root.version = 2
        repository.targets.keys = try SimulatedTUFRepository.keys(1)
        try repository.publishRoot()
        repository.targets.signers = lost
        try repository.publishNext()
        #expect(try client.refusal(from: repository).reason == .tooFewSignatures(found: 0, threshold: 1))
        repository.targets.signers = nil
        try repository.publishNext()
        #expect(try client.current(from: repository).versions == ["root 2", "timestamp 3", "snapshot 3", "targets 3"])
    }

    @Test("attack 8: one key under two ids is one key, and a signature that is repeated is refused")
    func oneKeyTwice() throws {
        var repository = try SimulatedTUFRepository()
        let key = repository.timestamp.keys[0]
        let id = try SimulatedTUFRepository.keyID(of: key)
        let other = String(repeating: "ab", count: 32)
        let once = "{\"keyids\":[\"\(id)\",\"\(other)\"],\"threshold\":2}"
        let root = String(decoding: try #require(repository.files["1.root.json"]), as: UTF8.self)
        let signed = try #require(root.split(separator: "\"signed\":").last?.split(separator: ",\"signatures\"").first)
        let doubled = String(signed)
            .replacing("\"keys\":{", with: "\"keys\":{\"\(other)\":\(try SimulatedTUFRepository.keyText(key)),")
            .replacing(
                "\"timestamp\":\(SimulatedTUFRepository.keysOf(repository.timestamp))", with: "\"timestamp\":\(once)")
        #expect(doubled.contains(once))
        repository.files["1.root.json"] = try SimulatedTUFRepository.sign(doubled, by: repository.root.keys)
        let timestamp = String(decoding: try #require(repository.files["timestamp.json"]), as: UTF8.self)
        let signature = try #require(timestamp.split(separator: "\"signatures\":[").last?.dropLast(2))
        let twice = timestamp.replacing("]}", with: ",\(signature.replacing(id, with: other))]}")
        repository.files["timestamp.json"] = Array(twice.utf8)
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).reason == .tooFewSignatures(found: 1, threshold: 2))
        let repeated = timestamp.replacing("]}", with: ",\(signature)]}")
        repository.files["timestamp.json"] = Array(repeated.utf8)
        #expect(
            try client.refusal(from: repository).reason == .malformed("`$.signatures` names the key `\(id)` twice"))
    }

    @Test("attack 8: a threshold of zero, and a key that is listed twice for a role, are refused")
    func thresholds() throws {
        for (from, to, problem) in [
            ("\"threshold\":1", "\"threshold\":0", "expected a whole number from 1"),
            ("\"threshold\":1", "\"threshold\":1.0", "expected no numbers but whole ones"),
            ("\"threshold\":1", "\"threshold\":\"1\"", "expected a whole number from 1"),
        ] {
            let repository = try SimulatedTUFRepository()
            let root = String(decoding: repository.pinnedRoot, as: UTF8.self).replacing(from, with: to)
            var update = TUFUpdate(
                pinnedRoot: Array(root.utf8), remembered: [], targets: [], startingAt: SimulatedTUFRepository.now)
            guard case .finished(.refused(let error)) = update.next() else { throw NotRefused() }
            #expect(error.description.contains(problem))
        }
        var repository = try SimulatedTUFRepository()
        repository.timestamp.keys += repository.timestamp.keys
        repository.root.version = 2
        try repository.publishRoot()
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository).description.contains("names a key that was named before"))
    }
}
