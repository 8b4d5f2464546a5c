import Dispatch
public import State
import Synchronization
public import TUF
public import Timestamp
public import Trust

/// Trusted material from mirrors: what was verified last, kept between runs, and renewed when somebody says so.
///
/// To look something up waits for nobody, so policies load whether a mirror can be reached or not. What is trusted counts
/// until the first of the metadata that leads to it expires, and not a moment longer.
public final class TrustMirrors: MaterialSource {
    private let file: StateFile?
    private let clock: @Sendable () -> Instant
    private let limits: TUFLimits
    private let contents: Mutex<Contents>
    /// Writing waits for the disk, which no task should. One follows another.
    private let queue = DispatchQueue(label: "dockgate.mirrors")

    private struct Contents {
        var kept: KeptTargets
        var held: [MirroredTarget: HeldTarget] = [:]
    }

    /// How long one refresh may take in all: some five files, and a hundred roots for who was away for long.
    private static let refreshTime = Duration.seconds(60)

    /// - Parameters:
    ///   - state: where versions and targets are kept; nil keeps them as long as this lives.
    ///   - unusable: is told, as the end of a sentence that begins with the file, why what was kept does not count.
    public init(
        in state: StateDirectory?, limits: TUFLimits = TUFLimits(), clock: @escaping @Sendable () -> Instant,
        unusable: (String) -> Void = { _ in }
    ) {
        file = state?.file("trust-mirrors", version: 1, maximumBytes: KeptTargets.maximumBytes)
        self.limits = limits
        self.clock = clock
        var kept = KeptTargets()
        switch file?.load() {
        case nil, .absent: break
        case .unusable(let reason): unusable(reason)
        case .kept(let bytes):
            if let decoded = KeptTargets(decoding: bytes) { kept = decoded } else { unusable("is malformed") }
        }
        contents = Mutex(Contents(kept: kept))
    }

    /// What is trusted now. The first time what was kept is verified, which takes a few milliseconds.
    public func material(of target: MirroredTarget) -> MirroredMaterial {
        let now = clock()
        return held(target, at: now).material(at: now)
    }

    /// Everything that was looked up and is still wanted.
    public func standings() -> [MirrorStanding] {
        let now = clock()
        let held = contents.withLock { $0.held }
        return held.map { target, held in held.standing(of: target, at: now) }.sorted {
            ($0.target.mirror, $0.target.path) < ($1.target.mirror, $1.target.path)
        }
    }

    /// Only these are wanted from now on: the others are neither refreshed nor kept any more.
    public func keepOnly(_ targets: some Sequence<MirroredTarget>) {
        let wanted = Set(targets)
        contents.withLock { contents in
            contents.held = contents.held.filter { wanted.contains($0.key) }
            contents.kept.keepOnly(Set(wanted.map(KeptTargets.Key.init)))
        }
    }

    private func held(_ target: MirroredTarget, at now: Instant) -> HeldTarget {
        let (known, kept) = contents.withLock { ($0.held[target], $0.kept[target]) }
        if let known { return known }
        let held = HeldTarget(kept, of: target, at: now)
        return contents.withLock { contents in
            if let known = contents.held[target] { return known }
            contents.held[target] = held
            contents.kept[target] = kept
            return held
        }
    }
}

// MARK: - Refreshing

extension TrustMirrors {
    /// What came of a refresh.
    public struct Refresh: Sendable {
        public let target: MirroredTarget
        /// Whether other material, or none, is trusted now.
        public let isChange: Bool
        /// Why the mirror could not be asked, or what is wrong with what it gave.
        public let problem: String?
        /// Why it is not kept for the next start.
        public let keepFailure: StateError?
    }

    /// The targets whose mirrors are to be asked now.
    public func due() -> [MirroredTarget] {
        let now = clock()
        return contents.withLock { contents in
            contents.held.filter { RefreshSchedule.isDue($0.value.nextRefresh, at: now) }.map(\.key)
        }
    }

    /// All of them are to be asked now, for somebody who asked for it.
    public func makeDue() {
        let now = clock()
        contents.withLock { contents in
            for target in contents.held.keys { contents.held[target]?.nextRefresh = now }
        }
    }

    /// Asks for several at the same time, until the deadline if that is earlier than the bound for a refresh.
    public func refresh(
        _ targets: [MirroredTarget], by client: MirrorClient, deadline: ContinuousClock.Instant? = nil
    ) async -> [Refresh] {
        let bound = ContinuousClock.now + TrustMirrors.refreshTime
        let deadline = min(bound, deadline ?? bound)
        return await withTaskGroup(of: Refresh.self) { group in
            for target in targets {
                group.addTask { await self.refresh(target, by: client, deadline: deadline) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Asks the mirror what is current. What is learnt is kept before it counts; that a mirror cannot be reached, or lies,
    /// changes nothing of what is trusted and has not expired.
    private func refresh(
        _ target: MirroredTarget, by client: MirrorClient, deadline: ContinuousClock.Instant
    ) async -> Refresh {
        let now = clock()
        let before = held(target, at: now)
        let remembered = contents.withLock { $0.kept[target] }
        var update = TUFUpdate(
            pinnedRoot: target.pinnedRoot, remembered: remembered.newest, targets: [target.path], startingAt: now,
            limits: limits)
        let outcome = await client.run(
            &update, metadata: target.mirror, targets: target.mirror + "/targets", deadline: deadline)
        var kept = remembered
        kept.take(update.files, after: outcome)
        let failure = kept == remembered ? nil : await keep(kept, of: target)
        var held = before
        held.take(outcome, kept, of: target, at: now)
        // Nobody may want it any more.
        contents.withLock { if $0.held[target] != nil { $0.held[target] = held } }
        return Refresh(
            target: target, isChange: held.material(at: now) != before.material(at: now), problem: held.problem,
            keepFailure: failure)
    }

    private func keep(_ kept: KeptTarget, of target: MirroredTarget) async -> StateError? {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let bytes = contents.withLock { contents in
                    if contents.held[target] != nil { contents.kept[target] = kept }
                    return contents.kept.encoded
                }
                do throws(StateError) {
                    try file?.keep(bytes)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
    }
}
