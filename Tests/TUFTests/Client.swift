import TUF
import TestSupport
import Testing
import Timestamp

/// A client that keeps its files between updates.
struct Client {
    let pinnedRoot: [UInt8]
    var files: [TUFFile] = []
    /// What was asked for in the last update, in order.
    var asked: [TUFRequest] = []
    var limits = TUFLimits()

    init(of repository: SimulatedTUFRepository) { pinnedRoot = repository.pinnedRoot }

    /// One update. `answer` may say something else than the repository to a request.
    mutating func update(
        from repository: SimulatedTUFRepository, targets: [String] = ["file.txt"],
        at now: Instant = SimulatedTUFRepository.now,
        answering answer: (TUFRequest) -> TUFAnswer? = { _ in nil }
    ) -> TUFOutcome? {
        var update = TUFUpdate(
            pinnedRoot: pinnedRoot, remembered: files, targets: targets, startingAt: now, limits: limits)
        asked = []
        var step = update.next()
        while case .fetch(let request) = step, asked.count < 10_000 {
            asked.append(request)
            step = update.next(answer(request) ?? Client.answer(request, from: repository))
        }
        files = update.files
        guard case .finished(let outcome) = step else { return nil }
        return outcome
    }

    /// Why an update is refused. It is a failure if it is not.
    mutating func refusal(
        from repository: SimulatedTUFRepository, targets: [String] = ["file.txt"],
        at now: Instant = SimulatedTUFRepository.now,
        answering answer: (TUFRequest) -> TUFAnswer? = { _ in nil }
    ) throws -> TUFError {
        guard case .refused(let error) = update(from: repository, targets: targets, at: now, answering: answer) else {
            throw NotRefused()
        }
        return error
    }

    /// What an update comes to. It is a failure if it is not the current repository.
    mutating func current(
        from repository: SimulatedTUFRepository, targets: [String] = ["file.txt"],
        at now: Instant = SimulatedTUFRepository.now
    ) throws -> TrustedRepository {
        let outcome = try #require(update(from: repository, targets: targets, at: now))
        guard case .current(let trusted) = outcome else { throw NotCurrent(outcome: outcome) }
        return trusted
    }

    func offline(
        targets: [String] = ["file.txt"], at now: Instant = SimulatedTUFRepository.now, pinnedRoot: [UInt8]? = nil
    ) -> TUFOutcome {
        TUFUpdate.offline(
            pinnedRoot: pinnedRoot ?? self.pinnedRoot, remembered: files, targets: targets, at: now,
            because: "no network")
    }

    static func answer(_ request: TUFRequest, from repository: SimulatedTUFRepository) -> TUFAnswer {
        let name = request.base == .targets ? "targets/\(request.path)" : request.path
        return repository.files[name].map { .found($0) } ?? .absent
    }
}

struct NotRefused: Error {}
struct NotCurrent: Error { let outcome: TUFOutcome }

extension TrustedRepository {
    var versions: [String] { roles.map { "\($0.name) \($0.version)" } }
}

extension TUFOutcome {
    var remembered: TrustedRepository? {
        if case .remembered(let trusted, _) = self { trusted } else { nil }
    }

    var reasonNotRemembered: TUFError.Reason? {
        if case .undetermined(_, let error) = self { error.reason } else { nil }
    }
}
