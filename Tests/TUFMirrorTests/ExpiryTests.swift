import TUFMirror
import TestSupport
import Testing
import Timestamp
import Trust

/// Time passes, and keys are replaced.
@Suite struct ExpiryTests {
    private let end = "2035-01-01T00:00:00Z"

    @Test(
        "S14: what is trusted counts until the first of its metadata expires, to the second, and again once it is renewed",
        arguments: ["root", "timestamp", "snapshot", "targets"])
    func expiry(_ role: String) async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            repository.expire(role, at: end)
            try repository.publishRoot()
            try repository.publish()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            let time = try Instant(rfc3339: end)
            fixture.clock.set(time - .seconds(1))
            #expect(mirrors.material(of: target) == .trusted(.content))
            fixture.clock.set(time)
            #expect(mirrors.material(of: target) == .expired("`\(role).json` expired at \(end)"))
            let refresh = try await mirrors.refresh(target, by: fixture.client)
            #expect(refresh.problem?.contains("expired at \(end)") == true)
            guard case .expired(let reason) = mirrors.material(of: target) else {
                Issue.record("still counts")
                return
            }
            #expect(reason.hasPrefix("`\(role).json` expired at \(end), and was not renewed: "))
            let alarm = try #require(mirrors.standings().first?.alarm(at: time))
            #expect(alarm.contains(target.phrase) && alarm.contains("`\(role).json` expired at \(end)"))

            repository.expire(role, at: SimulatedTUFRepository.later)
            repository.root.version = 2
            try repository.publishRoot()
            try repository.publishNext()
            fixture.publish(repository)
            #expect(try await mirrors.refresh(target, by: fixture.client).isChange)
            #expect(mirrors.material(of: target) == .trusted(.content))
        }
    }

    @Test("what is kept and has expired when a gate starts is told as expired")
    func expiredAtStart() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            repository.timestamp.expires = end
            try repository.publish()
            fixture.publish(repository)
            let (scratch, target) = (try Scratch(), fixture.target(repository))
            try await scratch.withState { state in
                _ = try await fixture.mirrors(in: state).refresh(target, by: fixture.client)
            }
            fixture.clock.set(try Instant(rfc3339: end))
            try await scratch.withState { state in
                let material = fixture.mirrors(in: state).material(of: target)
                #expect(material == .expired("`timestamp.json` expired at \(end)"))
            }
        }
    }

    @Test(
        "there is an alarm before: two weeks for what people sign, two days for machines while the mirror fails, six hours else",
        arguments: [
            ("root", false, 14 * 24), ("targets", false, 14 * 24), ("timestamp", false, 6), ("snapshot", false, 6),
            ("timestamp", true, 48), ("snapshot", true, 48), ("root", true, 14 * 24),
        ])
    func alarm(_ role: String, _ isFailing: Bool, _ hours: Int) async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            repository.expire(role, at: end)
            try repository.publishRoot()
            try repository.publish()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            if isFailing {
                fixture.simulator.script(ScriptedFault("/tuf", do: .close))
                _ = try await mirrors.refresh(target, by: fixture.client)
            }
            let standing = try #require(mirrors.standings().first)
            let start = try Instant(rfc3339: end) - .seconds(hours * 3600)
            #expect(standing.alarm(at: start) == nil)
            #expect(!standing.remark(at: start).contains("WARNING"))
            let alarm = standing.alarm(at: start + .seconds(1))
            #expect(alarm == "\(target.phrase): `\(role).json` expires at \(end)")
            #expect(standing.remark(at: start + .seconds(1)).contains("WARNING: `\(role).json` expires at \(end)"))
        }
    }

    @Test("a root that is rotated is taken, and what the former keys signed counts no more")
    func rotation() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            let former = repository.root.keys
            repository.root.version = 2
            repository.root.keys = try SimulatedTUFRepository.keys(3)
            repository.timestamp.keys = try SimulatedTUFRepository.keys(1)
            repository.content["file.txt"] = .other
            try repository.publishRoot(alsoBy: former)
            try repository.publishNext()
            fixture.publish(repository)
            fixture.simulator.script(ScriptedFault("/tuf/timestamp.json", only: [1], do: .close))
            let half = try await mirrors.refresh(target, by: fixture.client)
            #expect(half.isChange, "the new root took the timestamp's key away, and there is no other timestamp yet")
            guard case .unavailable = mirrors.material(of: target) else {
                Issue.record("still counts")
                return
            }
            #expect(try await mirrors.refresh(target, by: fixture.client).isChange)
            #expect(mirrors.material(of: target) == .trusted(.other))
        }
    }

    @Test("S36: versions that a stolen key drove up are forgotten once a root takes the key away")
    func fastForward() async throws {
        try await withMirror { fixture in
            var repository = try SimulatedTUFRepository()
            repository.timestamp.version = 1_000_000
            try repository.publish()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            repository.timestamp.version = 2
            repository.content["file.txt"] = .other
            repository.snapshot.version = 2
            repository.targets.version = 2
            try repository.publish()
            fixture.publish(repository)
            let refused = try await mirrors.refresh(target, by: fixture.client)
            #expect(refused.problem?.contains("found version 2, which is older than 1000000") == true)
            repository.root.version = 2
            repository.timestamp.keys = try SimulatedTUFRepository.keys(1)
            try repository.publishRoot()
            try repository.publish()
            fixture.publish(repository)
            _ = try await mirrors.refresh(target, by: fixture.client)
            #expect(mirrors.material(of: target) == .trusted(.other))
        }
    }

    @Test(
        "a mirror is asked again after an hour; after failures after ten seconds, and then twice as long up to ten minutes"
    )
    func schedule() async throws {
        try await withMirror { fixture in
            let repository = try SimulatedTUFRepository()
            fixture.publish(repository)
            let (mirrors, target) = (fixture.mirrors(), fixture.target(repository))
            _ = try await mirrors.refresh(target, by: fixture.client)
            let start = SimulatedTUFRepository.now
            fixture.clock.set(start + .seconds(3599))
            #expect(mirrors.due().isEmpty)
            fixture.clock.set(start - .seconds(10 * 86_400))
            #expect(mirrors.due() == [target], "a clock that was set back does not put it off")
            fixture.simulator.script(ScriptedFault("/tuf", do: .close))
            var now = start + .seconds(3600)
            for pause in [10, 20, 40, 80, 160, 320, 600, 600] {
                fixture.clock.set(now)
                #expect(mirrors.due() == [target])
                _ = try await mirrors.refresh(target, by: fixture.client)
                fixture.clock.set(now + .seconds(pause - 1))
                #expect(mirrors.due().isEmpty, "\(pause)")
                now = now + .seconds(pause)
            }
        }
    }
}

extension SimulatedTUFRepository {
    mutating func expire(_ role: String, at end: String) {
        switch role {
        case "root": root.expires = end
        case "timestamp": timestamp.expires = end
        case "snapshot": snapshot.expires = end
        default: targets.expires = end
        }
    }
}
