import Cryptography
import Foundation
import Outbound
import State
import TUFMirror
import TestSupport
import Testing
import Timestamp
import Trust

@Suite struct TrustMirrorsTests {
    @Test("what a mirror publishes is unavailable before it is asked, and trusted afterwards")
    func fetches() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            #expect(mirrors.material(of: target) == .unavailable("it has not been fetched yet"))
            #expect(mirrors.due() == [target])
            let refresh = try await mirrors.refresh(target, by: fixture.client)
            #expect(refresh.isChange && refresh.problem == nil && refresh.keepFailure == nil)
            #expect(mirrors.material(of: target) == .trusted(.content))
            #expect(mirrors.due().isEmpty)
            let name = "targets/\(SHA2.sha256([UInt8].content).hexadecimal).file.txt"
            #expect(
                fixture.asked == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", name])
        }
    }

    @Test("what is kept starts without a network, and is asked for anew at once")
    func offline() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                _ = try await fixture.mirrors(in: state).refresh(target, by: fixture.client)
            }
            fixture.simulator.serve([:])
            try await scratch.withState { state in
                let mirrors = fixture.mirrors(in: state)
                #expect(mirrors.material(of: target) == .trusted(.content))
                #expect(mirrors.due() == [target])
                fixture.simulator.script(ScriptedFault("/tuf", do: .close))
                let refresh = try await mirrors.refresh(target, by: fixture.client)
                #expect(!refresh.isChange && refresh.problem != nil)
                #expect(mirrors.material(of: target) == .trusted(.content))
            }
        }
    }

    @Test("versions are kept: after a restart an older timestamp is a rollback, and what was trusted goes on")
    func rollback() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            let old = repository
            repository.content["file.txt"] = .other
            try repository.publishNext()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                _ = try await fixture.mirrors(in: state).refresh(target, by: fixture.client)
            }
            fixture.publish(old)
            try await scratch.withState { state in
                let mirrors = fixture.mirrors(in: state)
                let refresh = try await mirrors.refresh(target, by: fixture.client)
                #expect(refresh.problem?.contains("found version 1, which is older than 2") == true)
                #expect(mirrors.material(of: target) == .trusted(.other))
            }
        }
    }

    @Test("an update that ended halfway leaves what was whole before for the next start")
    func halfway() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                let mirrors = fixture.mirrors(in: state)
                _ = try await mirrors.refresh(target, by: fixture.client)
                repository.content["file.txt"] = .other
                try repository.publishNext()
                fixture.publish(repository)
                fixture.simulator.script(ScriptedFault("/tuf/2.snapshot.json", do: .close))
                let refresh = try await mirrors.refresh(target, by: fixture.client)
                #expect(refresh.problem != nil)
            }
            try await scratch.withState { state in
                let mirrors = fixture.mirrors(in: state)
                #expect(mirrors.material(of: target) == .trusted(.content))
                fixture.simulator.clearFaults()
                fixture.publish(try oldTimestamp(repository))
                let refresh = try await mirrors.refresh(target, by: fixture.client)
                #expect(refresh.problem?.contains("which is older than 2") == true, "the newer one was seen")
            }
        }
    }

    /// Publishes as before, with the timestamp of version 1.
    private func oldTimestamp(_ repository: SimulatedTUFRepository) throws -> SimulatedTUFRepository {
        var old = repository
        old.timestamp.version = 1
        try old.publish()
        return old
    }

    @Test("a damaged file of state, and none, count for nothing and are told; the mirror mends it")
    func damaged() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                _ = try await fixture.mirrors(in: state).refresh(target, by: fixture.client)
            }
            try scratch.damage("trust-mirrors")
            try await scratch.withState { state in
                var reasons: [String] = []
                let mirrors = fixture.mirrors(in: state) { reasons.append($0) }
                #expect(reasons == ["does not have the checksum that it names"])
                #expect(mirrors.material(of: target) == .unavailable("it has not been fetched yet"))
                let refresh = try await mirrors.refresh(target, by: fixture.client)
                #expect(refresh.isChange)
                #expect(mirrors.material(of: target) == .trusted(.content))
            }
        }
    }

    @Test("a pinned root that is renewed keeps the versions that were seen")
    func renewedPin() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            let old = repository
            repository.root.version = 2
            try repository.publishRoot()
            repository.content["file.txt"] = .other
            try repository.publishNext()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                _ = try await fixture.mirrors(in: state).refresh(target, by: fixture.client)
            }
            let renewed = MirroredTarget(
                mirror: target.mirror, pinnedRoot: repository.files["2.root.json"] ?? [], path: target.path)
            var mixed = old
            mixed.files["2.root.json"] = repository.files["2.root.json"]
            fixture.publish(mixed)
            try await scratch.withState { state in
                let mirrors = fixture.mirrors(in: state)
                #expect(mirrors.material(of: renewed) == .trusted(.other))
                mirrors.keepOnly([renewed])
                let refresh = try await mirrors.refresh(renewed, by: fixture.client)
                #expect(refresh.problem?.contains("which is older than 2") == true)
            }
        }
    }

    @Test("what nobody wants any more does not come back with a refresh that was under way")
    func unwantedMeanwhile() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            fixture.simulator.script(ScriptedFault("/tuf", do: .stall))
            let asked = fixture.asked.count
            async let refresh = mirrors.refresh([target], by: fixture.impatient)
            while fixture.asked.count == asked { try await Task.sleep(for: .milliseconds(5)) }
            mirrors.keepOnly([])
            _ = await refresh
            #expect(mirrors.standings().isEmpty && mirrors.due().isEmpty)
        }
    }

    @Test("what nobody wants any more is neither asked for nor kept")
    func unwanted() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let mirrors = fixture.mirrors()
            let target = fixture.target(repository)
            _ = try await mirrors.refresh(target, by: fixture.client)
            mirrors.keepOnly([])
            #expect(mirrors.standings().isEmpty)
            #expect(mirrors.material(of: target) == .unavailable("it has not been fetched yet"))
        }
    }
}

/// A directory that goes away with its last reference.
final class Scratch: Sendable {
    private let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/dockgate-mirrors-" + SecureRandom.bytes(8).hexadecimal
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// One run of a gate: its lock ends with it.
    func withState(_ body: (StateDirectory) async throws -> Void) async throws {
        try await body(try StateDirectory.open(path))
    }

    /// Changes the last byte.
    func damage(_ name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        var bytes = [UInt8](try Data(contentsOf: file))
        bytes[bytes.count - 2] ^= 1
        try Data(bytes).write(to: file)
    }
}
