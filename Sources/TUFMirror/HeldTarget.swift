import TUF
import Timestamp
import Trust

/// A target as it stands in memory: what is trusted, until when, and how asking its mirror goes.
struct HeldTarget: Sendable {
    /// The last that was verified; it may have expired since.
    private var trusted: TrustedRepository?
    /// What is known without it.
    private var absence: MirroredMaterial
    private var failures = 0
    private var failingSince: Instant?
    private var refreshedAt: Instant?
    /// Why the last try failed.
    private(set) var problem: String?
    var nextRefresh: Instant

    /// What counts of what is kept. Its mirror is to be asked at once.
    init(_ kept: KeptTarget, of target: MirroredTarget, at now: Instant) {
        nextRefresh = now
        absence = .unavailable("it has not been fetched yet")
        switch kept.standing(of: target, at: now) {
        case .success(let repository): trusted = repository
        case .failure(let error): if let reason = error.expiry { absence = .expired(reason) }
        }
    }

    func material(at now: Instant) -> MirroredMaterial {
        guard let trusted, let first = trusted.firstToExpire, let target = trusted.targets.first else {
            return absence
        }
        guard first.expires <= now else { return .trusted(target.bytes) }
        return .expired("`\(first.name).json` expired at \(first.expires.rfc3339InSeconds)" + why)
    }

    func standing(of target: MirroredTarget, at now: Instant) -> MirrorStanding {
        MirrorStanding(
            target: target, material: material(at: now),
            roles: trusted?.roles.map { .init(name: $0.name, version: $0.version, expires: $0.expires) } ?? [],
            refreshedAt: refreshedAt, failingSince: failingSince, problem: problem)
    }

    mutating func take(_ outcome: TUFOutcome, _ kept: KeptTarget, of target: MirroredTarget, at now: Instant) {
        if case .current(let repository) = outcome {
            trusted = repository
            (failures, failingSince, problem, refreshedAt) = (0, nil, nil, now)
        } else {
            failures += 1
            failingSince = failingSince ?? now
            problem = outcome.problem
            fallBack(on: kept, of: target, at: now)
        }
        nextRefresh = RefreshSchedule.next(after: failures, at: now)
    }

    /// What is kept counts as long as it has not expired, and as long as no newer root has replaced its keys.
    private mutating func fallBack(on kept: KeptTarget, of target: MirroredTarget, at now: Instant) {
        switch kept.standing(of: target, at: now) {
        case .success(let repository): trusted = repository
        case .failure(let error):
            // What has expired says so itself, and when.
            if case .expired = material(at: now), trusted != nil { return }
            trusted = nil
            absence = error.expiry.map { .expired($0 + why) } ?? .unavailable(problem ?? "\(error)")
        }
    }

    private var why: String { problem.map { ", and was not renewed: \($0)" } ?? "" }
}

extension TUFOutcome {
    /// Why nothing was learnt, in words that stay the same from one try to the next.
    fileprivate var problem: String? {
        switch self {
        case .current: nil
        case .remembered(_, let reason), .undetermined(let reason, _): reason
        case .refused(let error): "the mirror gives what is wrong: \(error.expiry ?? error.description)"
        }
    }
}

extension TUFError {
    /// That something has expired, without the time at which that was looked at; nil if it is another error.
    fileprivate var expiry: String? {
        guard case .expired(let end, _) = reason else { return nil }
        return "`\(file)` expired at \(end.rfc3339InSeconds)"
    }
}
