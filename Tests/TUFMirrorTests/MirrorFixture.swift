import Cryptography
import NIOPosix
import Outbound
import State
import Synchronization
import TUFMirror
import TestSupport
import Testing
import Timestamp
import Trust

/// A mirror over a real socket, and a gate's view of it.
struct MirrorFixture {
    let simulator: RegistrySimulator
    /// Waits longer than any test, however busy the machine is.
    let client: MirrorClient
    /// Gives up at once what does not answer.
    let impatient: MirrorClient
    let clock = TestClock(SimulatedTUFRepository.now)

    var mirror: String { "\(simulator.origin)/tuf" }

    func target(_ repository: SimulatedTUFRepository, path: String = "file.txt") -> MirroredTarget {
        MirroredTarget(mirror: mirror, pinnedRoot: repository.pinnedRoot, path: path)
    }

    func publish(_ repository: SimulatedTUFRepository) { simulator.serve(repository.files, under: "/tuf") }

    func mirrors(in state: StateDirectory? = nil, unusable: (String) -> Void = { _ in }) -> TrustMirrors {
        TrustMirrors(in: state, clock: clock.now, unusable: unusable)
    }

    /// What became of the paths that were asked for, without the folder.
    var asked: [String] { simulator.requests.map { String($0.target.dropFirst("/tuf/".count)) } }
}

extension TrustMirrors {
    /// One refresh, of a target that was looked up before.
    func refresh(_ target: MirroredTarget, by client: MirrorClient) async throws -> Refresh {
        _ = material(of: target)
        return try #require(await refresh([target], by: client).first)
    }
}

/// A clock that tests move.
final class TestClock: Sendable {
    private let time: Mutex<Instant>

    init(_ time: Instant) { self.time = Mutex(time) }

    var now: @Sendable () -> Instant { { [self] in time.withLock { $0 } } }

    func set(_ time: Instant) { self.time.withLock { $0 = time } }
}

/// Runs `body` with a mirror that serves nothing yet.
func withMirror<Value: Sendable>(_ body: (MirrorFixture) async throws -> Value) async throws -> Value {
    try await withRegistrySimulator { simulator in
        let rules = [try HostRule(authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true)]
        let clients = [OutboundLimits.patient, .impatient].map {
            OutboundClient(rules: rules, limits: $0, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        }
        let result: Result<Value, any Error>
        do {
            let fixture = MirrorFixture(
                simulator: simulator, client: MirrorClient(outbound: clients[0]),
                impatient: MirrorClient(outbound: clients[1]))
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        for client in clients { await client.shutdown() }
        return try result.get()
    }
}

extension OutboundLimits {
    fileprivate static var patient: OutboundLimits {
        var limits = OutboundLimits()
        limits.connect = .seconds(60)
        limits.firstByte = .seconds(60)
        limits.total = .seconds(60)
        return limits
    }

    fileprivate static var impatient: OutboundLimits {
        var limits = OutboundLimits()
        limits.firstByte = .milliseconds(300)
        limits.total = .seconds(1)
        return limits
    }
}

extension [UInt8] {
    static let content: [UInt8] = Array("content".utf8)
    static let other: [UInt8] = Array("other content".utf8)
}
