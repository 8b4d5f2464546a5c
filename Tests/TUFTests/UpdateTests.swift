import Cryptography
import TUF
import TestSupport
import Testing
import Timestamp

@Suite struct UpdateTests {
    @Test("an update asks for the next root, the timestamp, and what they name, and gives the target")
    func first() throws {
        let repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        let trusted = try client.current(from: repository)
        let hash = SHA2.sha256(Array("content".utf8)).hexadecimal
        #expect(
            client.asked.map(\.path) == [
                "2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", "\(hash).file.txt",
            ])
        #expect(client.asked.map { $0.base == .targets } == [false, false, false, false, true])
        #expect(trusted.targets.map(\.path) == ["file.txt"])
        #expect(trusted.targets.map(\.bytes) == [Array("content".utf8)])
        #expect(trusted.versions == ["root 1", "timestamp 1", "snapshot 1", "targets 1"])
        #expect(client.files.map(\.name) == ["snapshot.json", "targets.json", "targets/file.txt", "timestamp.json"])
    }

    @Test("an update without news asks for the next root and the timestamp alone")
    func nothingNew() throws {
        let repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        let first = try client.current(from: repository)
        #expect(try client.current(from: repository) == first)
        #expect(client.asked.map(\.path) == ["2.root.json", "timestamp.json"])
    }

    @Test("a timestamp of the same version is dropped, whatever it says")
    func sameVersion() throws {
        var repository = try SimulatedTUFRepository()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        let kept = client.files
        repository.timestamp.expires = "2050-01-01T00:00:00Z"
        repository.snapshot.version = 7
        try repository.publish()
        #expect(try client.current(from: repository).versions.contains("snapshot 1"))
        #expect(client.files == kept)
    }

    @Test("roots are followed one by one, and verified again from the pinned one at the next update")
    func rotations() throws {
        var repository = try SimulatedTUFRepository()
        for version in 2...5 {
            let former = repository.root.keys
            repository.root.version = version
            repository.root.keys = try SimulatedTUFRepository.keys(3)
            try repository.publishRoot(alsoBy: former)
        }
        var client = Client(of: repository)
        #expect(try client.current(from: repository).versions.first == "root 5")
        #expect(client.files.filter { $0.name.hasPrefix("root_history/") }.count == 4)
        _ = try client.current(from: repository)
        #expect(client.asked.first?.path == "6.root.json")
    }

    @Test("a remembered root that was tampered with is dropped, and asked for again")
    func tamperedRoot() throws {
        var repository = try SimulatedTUFRepository()
        repository.root.version = 2
        try repository.publishRoot()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        client.files = client.files.map { file in
            guard file.name == "root_history/2.root.json" else { return file }
            let text = String(decoding: file.bytes, as: UTF8.self).replacing("2040-", with: "2060-")
            return TUFFile(name: file.name, bytes: Array(text.utf8))
        }
        #expect(try client.current(from: repository).versions.first == "root 2")
        #expect(client.asked.first?.path == "2.root.json")
    }

    @Test("more new roots than the limit are refused, and the next update goes on where this one stopped")
    func rotationLimit() throws {
        var repository = try SimulatedTUFRepository()
        for version in 2...6 {
            repository.root.version = version
            try repository.publishRoot()
        }
        var client = Client(of: repository)
        client.limits.rootRotations = 3
        #expect(try client.refusal(from: repository).reason == .tooManyRotations(limit: 3))
        #expect(try client.current(from: repository).versions.first == "root 6")
        #expect(TUFLimits().rootRotations == 1024)
    }

    @Test("a pinned root that is newer than what is remembered stands on its own")
    func newerPin() throws {
        var repository = try SimulatedTUFRepository()
        repository.root.version = 2
        try repository.publishRoot()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        var update = TUFUpdate(
            pinnedRoot: try #require(repository.files["2.root.json"]), remembered: client.files, targets: [],
            startingAt: SimulatedTUFRepository.now)
        guard case .fetch(let request) = update.next() else { throw NotRefused() }
        #expect(request.path == "3.root.json")
        #expect(!update.files.contains { $0.name.hasPrefix("root_history/") })
    }

    @Test("a pinned root that is not signed as it says itself is refused before anything is asked for")
    func unsignedPin() throws {
        var repository = try SimulatedTUFRepository()
        repository.root.signers = [repository.root.keys[0]]
        try repository.publishRoot()
        var client = Client(of: repository)
        let error = try client.refusal(from: repository)
        #expect(error == TUFError(file: "root.json", reason: .tooFewSignatures(found: 1, threshold: 2)))
        #expect(client.asked.isEmpty)
    }

    @Test("what may not be absent is asked for and refused when it is")
    func absent() throws {
        let repository = try SimulatedTUFRepository()
        for missing in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
            var client = Client(of: repository)
            let error = try client.refusal(from: repository) { $0.path == missing ? .absent : nil }
            #expect(error == TUFError(file: missing, reason: .absent))
        }
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository) { $0.base == .targets ? .absent : nil }.reason == .absent)
    }

    @Test("a repository without consistent snapshots has plain names, and one that has them is asked for no others")
    func consistentSnapshots() throws {
        var repository = try SimulatedTUFRepository()
        repository.isConsistent = false
        try repository.publishRoot()
        repository.files = repository.files.filter { $0.key == "1.root.json" }
        try repository.publish()
        var client = Client(of: repository)
        _ = try client.current(from: repository)
        #expect(
            client.asked.map(\.path) == ["2.root.json", "timestamp.json", "snapshot.json", "targets.json", "file.txt"])
        // S37: a mirror that leaves them away on its own.
        let consistent = try SimulatedTUFRepository()
        var other = consistent
        for name in ["snapshot.json", "targets.json"] {
            other.files[name] = other.files.removeValue(forKey: "1.\(name)")
        }
        var deceived = Client(of: consistent)
        #expect(try deceived.refusal(from: other).reason == .absent)
    }

    @Test(
        "every key type that repositories have is understood",
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .rsa(bits: 2048)])
    func keyTypes(_ algorithm: KeyAlgorithm) throws {
        var repository = try SimulatedTUFRepository()
        repository.timestamp.keys = [try PrivateKey.generate(algorithm)]
        try repository.publishRoot()
        try repository.publish()
        var client = Client(of: repository)
        #expect(try client.current(from: repository).versions.count == 4)
        repository.timestamp.signers = [try PrivateKey.generate(algorithm)]
        try repository.publishNext()
        #expect(try client.refusal(from: repository).reason == .tooFewSignatures(found: 0, threshold: 1))
    }

    @Test(
        "an ECDSA key may be a raw point in hexadecimal under its old type, and a key's id is what its lister calls it")
    func oldKeys() throws {
        var repository = try SimulatedTUFRepository()
        let key = try PrivateKey.generate(.ecdsaP256)
        let point = key.publicKey.subjectPublicKeyInfo.suffix(65).hexadecimal
        let former = repository.timestamp.keys[0]
        let root = try #require(signed(repository.pinnedRoot))
            .replacing(
                try SimulatedTUFRepository.keyText(former),
                with: """
                    {"keytype":"ecdsa-sha2-nistp256","scheme":"ecdsa-sha2-nistp256","keyval":{"public":"\(point)"}}
                    """
            )
            .replacing(try SimulatedTUFRepository.keyID(of: former), with: "online")
        repository.files["1.root.json"] = try SimulatedTUFRepository.sign(root, by: repository.root.keys)
        let timestamp = try #require(signed(repository.files["timestamp.json"] ?? []))
        let bytes = try SimulatedTUFRepository.sign(timestamp, by: [key])
        repository.files["timestamp.json"] = Array(
            String(decoding: bytes, as: UTF8.self).replacing(try SimulatedTUFRepository.keyID(of: key), with: "online")
                .utf8)
        var client = Client(of: repository)
        #expect(try client.current(from: repository).versions.count == 4)
    }

    @Test("a key of an unknown kind, an empty signature and one that is no hexadecimal text count for nothing")
    func unusableKeys() throws {
        var repository = try SimulatedTUFRepository()
        let text = String(decoding: try #require(repository.files["timestamp.json"]), as: UTF8.self)
        for extra in [("other", ""), ("more", "abc"), ("third", "zz")] {
            repository.files["timestamp.json"] = Array(
                text.replacing("]}", with: ",{\"keyid\":\"\(extra.0)\",\"sig\":\"\(extra.1)\"}]}").utf8)
            var client = Client(of: repository)
            #expect(try client.current(from: repository).versions.count == 4)
        }
        for (from, to) in [
            ("\"scheme\":\"ed25519\"", "\"scheme\":\"ed448\""), ("\"keytype\":\"ed25519\"", "\"keytype\":\"rsa\""),
        ] {
            let root = try #require(signed(repository.pinnedRoot)).replacing(
                try SimulatedTUFRepository.keyText(repository.timestamp.keys[0]),
                with: try SimulatedTUFRepository.keyText(repository.timestamp.keys[0]).replacing(from, with: to))
            repository.files["1.root.json"] = try SimulatedTUFRepository.sign(root, by: repository.root.keys)
            var client = Client(of: repository)
            #expect(try client.refusal(from: repository).reason == .tooFewSignatures(found: 0, threshold: 1))
        }
    }

    @Test("unknown fields are signed with the others, and a file of another major version is refused")
    func unknownFields() throws {
        let repository = try SimulatedTUFRepository()
        let timestamp = try #require(signed(repository.files["timestamp.json"] ?? []))
        var extended = repository
        extended.files["timestamp.json"] = try SimulatedTUFRepository.sign(
            "{\"x-note\":[null,true,{\"ü\":\"\\n\"}]," + timestamp.dropFirst(), by: repository.timestamp.keys)
        var client = Client(of: repository)
        #expect(try client.current(from: extended).versions.count == 4)
        for version in ["2.0.0", "1", "", "10.0"] {
            var other = repository
            other.files["timestamp.json"] = try SimulatedTUFRepository.sign(
                timestamp.replacing("1.0.31", with: version), by: repository.timestamp.keys)
            var client = Client(of: repository)
            #expect(try client.refusal(from: other).reason == .unsupportedSpecification(version))
        }
    }

    @Test("what is not strict JSON is refused with its place")
    func notStrict() throws {
        let repository = try SimulatedTUFRepository()
        for text in ["", "{", "[]", "{\"signed\":{},\"signed\":{}}", "\u{feff}{}", "{\"signed\":{}}"] {
            var client = Client(of: repository)
            let error = try client.refusal(from: repository) { request in
                request.path == "timestamp.json" ? .found(Array(text.utf8)) : nil
            }
            guard case .malformed(let problem) = error.reason else { throw NotRefused() }
            #expect(problem.contains("`$"))
        }
    }

    @Test("a step without an answer repeats the request, and an end stays an end")
    func driving() throws {
        let repository = try SimulatedTUFRepository()
        var update = TUFUpdate(
            pinnedRoot: repository.pinnedRoot, remembered: [], targets: [], startingAt: SimulatedTUFRepository.now)
        let first = update.next()
        #expect(update.next() == first)
        _ = update.next(.absent)
        let end = update.next(.absent)
        #expect(end == .finished(.refused(.init(file: "timestamp.json", reason: .absent))))
        #expect(update.next(.found([])) == end)
    }

    @Test("the first of all roles to expire is named, root and delegated ones too")
    func firstToExpire() throws {
        var repository = try SimulatedTUFRepository()
        repository.snapshot.expires = "2035-01-01T00:00:00Z"
        try repository.publish()
        var client = Client(of: repository)
        let trusted = try client.current(from: repository)
        #expect(trusted.firstToExpire?.name == "snapshot")
        #expect(trusted.firstToExpire?.expires == (try Instant(rfc3339: "2035-01-01T00:00:00Z")))
        repository.root.expires = "2034-01-01T00:00:00Z"
        repository.root.version = 2
        try repository.publishRoot()
        #expect(try client.current(from: repository).firstToExpire?.name == "root")
    }

    /// What is signed in metadata that the repository has made.
    private func signed(_ metadata: [UInt8]) -> String? {
        String(decoding: metadata, as: UTF8.self).split(separator: "{\"signed\":").last?
            .split(separator: ",\"signatures\"").first.map(String.init)
    }
}
