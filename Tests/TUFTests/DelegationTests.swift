import Cryptography
import TUF
import TestSupport
import Testing

@Suite struct DelegationTests {
    private static let found = Array("found".utf8)

    private func role(
        _ name: String, _ coverage: String = #""paths":["*"]"#, lists path: String? = nil, content: [UInt8] = found,
        below: [Int] = [], isTop: Bool = true, isTerminating: Bool = false
    ) throws -> SimulatedTUFRepository.Delegated {
        SimulatedTUFRepository.Delegated(
            name: name, role: .init(version: 1, keys: try SimulatedTUFRepository.keys(1)), coverage: coverage,
            isTerminating: isTerminating, content: path.map { [$0: content] } ?? [:], below: below, isTop: isTop)
    }

    private func repository(_ roles: [SimulatedTUFRepository.Delegated]) throws -> SimulatedTUFRepository {
        var repository = try SimulatedTUFRepository()
        repository.delegated = roles
        try repository.publish()
        return repository
    }

    @Test("a target that a role lists is found by its delegation, and by no other role")
    func found() throws {
        let repository = try repository([
            try role("a", #""paths":["b/*"]"#, lists: "a/x"), try role("b", #""paths":["a/*"]"#, lists: "a/x"),
        ])
        var client = Client(of: repository)
        let trusted = try client.current(from: repository, targets: ["a/x"])
        #expect(trusted.versions == ["root 1", "timestamp 1", "snapshot 1", "targets 1", "b 1"])
        #expect(client.asked.last?.path.hasPrefix("a/\(SHA2.sha256(Self.found).hexadecimal).x") == true)
        #expect(client.files.contains { $0.name == "targets/a%2Fx" })
    }

    @Test(
        "what the role at the top lists is believed before what others list, and the first of these before the second")
    func order() throws {
        let repository = try repository([
            try role("first", lists: "two", content: Array("first".utf8)), try role("second", lists: "two"),
            try role("third", lists: "file.txt"),
        ])
        var client = Client(of: repository)
        let trusted = try client.current(from: repository, targets: ["file.txt", "two"])
        #expect(trusted.targets.map(\.bytes) == [Array("content".utf8), Array("first".utf8)])
        #expect(trusted.versions.contains("first 1") && !trusted.versions.contains("second 1"))
    }

    @Test("after a terminating delegation nobody else is asked")
    func terminating() throws {
        for isTerminating in [true, false] {
            let repository = try repository([
                try role("first", isTerminating: isTerminating), try role("second", lists: "two"),
            ])
            var client = Client(of: repository)
            if isTerminating {
                #expect(try client.refusal(from: repository, targets: ["two"]).reason == .unknownTarget)
            } else {
                #expect(try client.current(from: repository, targets: ["two"]).targets.count == 1)
            }
        }
    }

    @Test("a role is asked once, also where delegations go round in a circle")
    func circle() throws {
        let repository = try repository([
            try role("a", below: [1]), try role("b", below: [0], isTop: false),
        ])
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository, targets: ["two"]).reason == .unknownTarget)
        #expect(client.asked.filter { $0.path == "1.a.json" }.count == 1)
    }

    @Test("no more roles are asked for a target than the limit")
    func limit() throws {
        let chain = try (0..<6).map { index in
            try role(
                "r\(index)", lists: index == 5 ? "two" : nil, below: index == 5 ? [] : [index + 1], isTop: index == 0)
        }
        let repository = try repository(chain)
        var client = Client(of: repository)
        client.limits.delegations = 6
        #expect(try client.refusal(from: repository, targets: ["two"]).reason == .tooManyDelegations(limit: 6))
        client.limits.delegations = 7
        #expect(try client.current(from: repository, targets: ["two"]).targets.count == 1)
    }

    @Test("a delegated role is verified by the keys of whoever delegates, and has to be in the snapshot")
    func keys() throws {
        var repository = try repository([try role("a", lists: "two")])
        repository.delegated[0].role.signers = repository.targets.keys
        try repository.publish()
        var client = Client(of: repository)
        let error = try client.refusal(from: repository, targets: ["two"])
        #expect(error == TUFError(file: "1.a.json", reason: .tooFewSignatures(found: 0, threshold: 1)))
        repository.delegated[0].role.signers = nil
        repository.delegated[0].isListed = false
        try repository.publish()
        client = Client(of: repository)
        #expect(
            try client.refusal(from: repository, targets: ["two"]) == TUFError(file: "a.json", reason: .notInSnapshot))
    }

    @Test("a role of two delegators is verified by the keys of each, also where one has verified it before")
    func twoDelegators() throws {
        var roles = [
            try role("a", #""paths":["one"]"#, below: [2]), try role("b", #""paths":["two"]"#, below: [2]),
            try role("c", lists: "one", isTop: false),
        ]
        roles[2].content["two"] = Self.found
        var repository = try repository(roles)
        // `b` names other keys for `c` than `a` does: its metadata is made with those, and then `c` is signed by the first.
        let keys = repository.delegated[2].role.keys
        repository.delegated[2].role.keys = try SimulatedTUFRepository.keys(1)
        repository.delegated[2].role.signers = keys
        try repository.publish()
        let otherB = try #require(repository.files["1.b.json"])
        repository.delegated[2].role.keys = keys
        repository.listsContent = false
        try repository.publish()
        repository.files["1.b.json"] = otherB
        var client = Client(of: repository)
        #expect(try client.current(from: repository, targets: ["one"]).targets.count == 1)
        #expect(
            try client.refusal(from: repository, targets: ["one", "two"]).reason
                == .tooFewSignatures(found: 0, threshold: 1))
    }

    @Test("targets are spread over roles by the beginnings of their hashes")
    func hashPrefixes() throws {
        let hash = SHA2.sha256(Array("two".utf8)).hexadecimal
        let wrong = hash.hasPrefix("0") ? "1" : "0"
        let repository = try repository([
            try role("a", "\"path_hash_prefixes\":[\"\(wrong)\"]", lists: "two", content: Array("wrong".utf8)),
            try role("b", "\"path_hash_prefixes\":[\"ffff\(hash)\",\"\(hash.prefix(2))\"]", lists: "two"),
        ])
        var client = Client(of: repository)
        #expect(try client.current(from: repository, targets: ["two"]).targets.map(\.bytes) == [Self.found])
    }

    @Test("a role without paths, with two kinds of them, or with the name of one at the top is refused")
    func malformed() throws {
        for (name, coverage) in [
            ("a", #""x":1"#), ("a", #""paths":["*"],"path_hash_prefixes":["0"]"#), ("snapshot", #""paths":["*"]"#),
            ("timestamp", #""paths":["*"]"#), ("", #""paths":["*"]"#),
            (String(repeating: "a", count: 240), #""paths":["*"]"#),
        ] {
            let repository = try repository([try role(name, coverage, lists: "two")])
            var client = Client(of: repository)
            guard case .malformed = try client.refusal(from: repository, targets: ["two"]).reason else {
                throw NotRefused()
            }
        }
    }

    @Test(
        "S37: the name of a role is one name of a file, whatever is in it",
        arguments: ["../../x", "#", "a b", "ü", ".."])
    func roleNames(_ name: String) throws {
        let repository = try repository([try role(name, lists: "two")])
        var client = Client(of: repository)
        _ = try client.current(from: repository, targets: ["two"])
        let metadata = client.files.map(\.name).filter { !$0.hasPrefix("targets/") }
        #expect(metadata.count == 4)
        #expect(metadata.allSatisfy { !$0.contains("/") && $0 != ".." && $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test(
        "S37: a path that leads out of the folder of targets is no target, even if it is listed",
        arguments: ["../../x", "/etc/passwd", "a//b", "a/./b", "a/..", "", ".", "a/", "a\u{0}b", "a\nb"])
    func unusablePaths(_ path: String) throws {
        var repository = try SimulatedTUFRepository()
        if !path.contains("\u{0}"), !path.contains("\n") { repository.content[path] = Self.found }
        try repository.publish()
        var client = Client(of: repository)
        #expect(try client.refusal(from: repository, targets: [path]).reason == .unusablePath)
        #expect(client.asked.allSatisfy { $0.base == .metadata })
        #expect(!client.files.contains { $0.name.hasPrefix("targets/") })
    }

    @Test("S37: a path with anything else in it is encoded, and two normal forms of one letter are two targets")
    func encodedPaths() throws {
        var repository = try SimulatedTUFRepository()
        repository.content = ["d/a b#%..txt": Self.found, "é": Self.found]
        try repository.publish()
        var client = Client(of: repository)
        let outcome = client.update(from: repository, targets: ["d/a b#%..txt"]) { request in
            request.base == .targets ? .found(Self.found) : nil
        }
        guard case .current = outcome else { throw NotRefused() }
        #expect(client.asked.last?.path == "d/\(SHA2.sha256(Self.found).hexadecimal).a%20b%23%25..txt")
        #expect(client.files.contains { $0.name == "targets/d%2Fa%20b%23%25..txt" })
        #expect(try client.refusal(from: repository, targets: ["e\u{301}"]).reason == .unknownTarget)
    }

    @Test("S37: ten thousand targets are read, and the one that is wanted is found")
    func manyTargets() throws {
        var repository = try SimulatedTUFRepository()
        for index in 0..<10_000 { repository.content["t\(index)"] = [UInt8](repeating: 7, count: 3) }
        try repository.publish()
        var client = Client(of: repository)
        #expect(try client.current(from: repository, targets: ["t9999"]).targets.count == 1)
    }
}
