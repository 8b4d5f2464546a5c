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
    let outbound: OutboundClient
    let clock = TestClock(SimulatedTUFRepository.now)

    var mirror: String { "\(simulator.origin)/tuf" }
    var client: MirrorClient { MirrorClient(outbound: outbound) }

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

/// Runs `body` with a mirror that serves nothing yet. Limits are low, so that waits are short.
func withMirror<Value: Sendable>(_ body: (MirrorFixture) async throws -> Value) async throws -> Value {
    try await withRegistrySimulator { simulator in
        var limits = OutboundLimits()
        limits.firstByte = .milliseconds(300)
        limits.total = .seconds(1)
        let outbound = OutboundClient(
            rules: [
                try HostRule(authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true)
            ], limits: limits, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(MirrorFixture(simulator: simulator, outbound: outbound)))
        } catch {
            result = .failure(error)
        }
        await outbound.shutdown()
        return try result.get()
    }
}

extension [UInt8] {
    static let content: [UInt8] = Array("content".utf8)
    static let other: [UInt8] = Array("other content".utf8)
}
