import Cryptography
import TUFMirror
import TestSupport
import Testing
import Timestamp
import Trust

/// What a mirror can do to a gate that trusted it yesterday: nothing, but let it expire.
@Suite struct LyingMirrorTests {
    /// A mirror whose target is trusted, and which then publishes a next version after `lie` has changed it.
    private func problem(
        _ lie: (inout SimulatedTUFRepository) throws -> Void, faults: [ScriptedFault] = [], isPatient: Bool = true
    ) async throws -> String? {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            (repository.timestamp.version, repository.snapshot.version, repository.targets.version) = (5, 5, 5)
            try repository.publish()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            repository.content["file.txt"] = .other
            try lie(&repository)
            fixture.publish(repository)
            for fault in faults { fixture.simulator.script(fault) }
            let client = isPatient ? fixture.client : fixture.impatient
            let refresh = try await mirrors.refresh(target, by: client)
            #expect(!refresh.isChange)
            #expect(mirrors.material(of: target) == .trusted(.content), "what was trusted stays")
            let standing = try #require(mirrors.standings().first)
            #expect(standing.failingSince == SimulatedTUFRepository.now)
            #expect(standing.remark(at: SimulatedTUFRepository.now).contains("it is not: "))
            return refresh.problem
        }
    }

    @Test("attack 13: older metadata is a rollback")
    func rollback() async throws {
        let found = try await problem { repository in
            repository.timestamp.version = 4
            try repository.publish()
        }
        #expect(
            found
                == "the mirror gives what is wrong: `timestamp.json`: found version 4, which is older than 5, seen before"
        )
    }

    @Test("attack 13: a timestamp that has expired is a freeze")
    func freeze() async throws {
        let found = try await problem { repository in
            repository.timestamp.expires = SimulatedTUFRepository.past
            try repository.publishNext()
        }
        #expect(found == "the mirror gives what is wrong: `timestamp.json` expired at 2030-01-01T00:00:00Z")
    }

    @Test("attack 13: metadata of several versions does not mix")
    func mixAndMatch() async throws {
        let found = try await problem { repository in
            try repository.publishNext()
            let newer = repository.files["timestamp.json"]
            repository.snapshot.expires = "2041-01-01T00:00:00Z"
            try repository.publish()
            repository.files["timestamp.json"] = newer
        }
        #expect(
            found == "the mirror gives what is wrong: `6.snapshot.json`: found other bytes than its sha256 hash says")
    }

    @Test("a target with other bytes than its hash says is refused")
    func wrongHash() async throws {
        let found = try await problem { repository in
            try repository.publishNext()
            let name = "targets/\(SHA2.sha256([UInt8].other).hexadecimal).file.txt"
            repository.files[name] = Array("OTHER CONTENT".utf8)
        }
        #expect(found?.hasSuffix("found other bytes than its sha256 hash says") == true, "\(found ?? "")")
    }

    @Test("a key that was never trusted signs nothing")
    func strangerSigns() async throws {
        let found = try await problem { repository in
            repository.timestamp.signers = try SimulatedTUFRepository.keys(1)
            try repository.publishNext()
        }
        #expect(found?.contains("found valid signatures by 0 of the role's keys, expected 1") == true, "\(found ?? "")")
    }

    @Test("a root that the former root has not signed is refused")
    func strangeRoot() async throws {
        let found = try await problem { repository in
            repository.root.version = 2
            repository.root.keys = try SimulatedTUFRepository.keys(3)
            try repository.publishRoot()
        }
        #expect(found?.contains("`2.root.json`: found valid signatures by 0") == true, "\(found ?? "")")
    }

    @Test("a target that is larger than it says, and data without end, are read to their bound and no further")
    func endless() async throws {
        let limit = try await problem(
            { try $0.publishNext() }, faults: [ScriptedFault("/tuf/timestamp.json", do: .endless)])
        #expect(limit?.hasSuffix("found more than 16384 bytes") == true, "\(limit ?? "")")
        let target = try await problem(
            { try $0.publishNext() }, faults: [ScriptedFault("/tuf/targets/", do: .endless)])
        #expect(target?.hasSuffix("found more than 13 bytes") == true, "\(target ?? "")")
    }

    @Test(
        "a mirror that is silent, slow, broken or away is not a liar: nothing is known of it",
        arguments: [
            ScriptedFault.Action.stall, .drip(milliseconds: 200), .close, .status(503), .status(200, body: ""),
            .truncate(after: 10), .redirect(to: "https://other.example.com/"),
        ])
    func unreachable(_ action: ScriptedFault.Action) async throws {
        let found = try await problem(
            { try $0.publishNext() }, faults: [ScriptedFault("/tuf/timestamp.json", do: action)], isPatient: false)
        #expect(found != nil)
        if case .status(200, _, _) = action { return }
        #expect(found?.contains("the mirror gives what is wrong") == false, "\(found ?? "")")
    }
}
