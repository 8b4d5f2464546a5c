public import Timestamp

/// The workflow of a client of The Update Framework (specification 1.0, section 5), which never fetches.
///
/// It is driven from outside: `next` is called first without an answer, and whenever it says `.fetch`, again with what
/// became of that request. It ends after a bounded number of steps. The time is that of its start, for all of it: a clock
/// that is changed on the way changes nothing.
public struct TUFUpdate: Sendable {
    /// What to keep for the next update, after every step and however it ends. Keep it as a whole, before what was learnt is
    /// used.
    public var files: [TUFFile] { kept.files }

    private let start: Start
    /// Why nobody is asked; nil if somebody is.
    private let reasonNotToAsk: String?
    private var state = State.initial
    private var kept: KeptFiles
    private var rotations = 0
    private var roles: [TrustedRepository.Role] = []
    private var found: [TrustedRepository.Target] = []

    /// What an update begins with.
    private struct Start: Sendable {
        let pinnedRoot: [UInt8]
        let remembered: KeptFiles
        let targets: [String]
        let time: Instant
        let limits: TUFLimits
    }

    private enum State: Sendable {
        case initial
        case awaitingRoot(TrustedMetadata, TUFRequest)
        case awaitingTimestamp(TrustedMetadata, TUFRequest)
        case awaitingSnapshot(TrustedMetadata, TUFRequest)
        /// Without a search the metadata is all that is wanted.
        case awaitingTargets(TrustedMetadata, TargetSearch?, TargetSearch.Visit, TUFRequest)
        case awaitingTarget(TrustedMetadata, WantedTarget, TUFRequest)
        case finished(TUFOutcome)
    }

    /// - Parameters:
    ///   - pinnedRoot: the root metadata that is trusted without further reason, of any version; it may have expired.
    ///   - remembered: what `files` was at the end of the last update, in any order; none at the first.
    ///   - targets: the paths of the targets that are wanted, looked for in this order; none to bring the metadata up to date.
    ///   - time: what time it is.
    public init(
        pinnedRoot: [UInt8], remembered: [TUFFile], targets: [String], startingAt time: Instant,
        limits: TUFLimits = TUFLimits()
    ) {
        let start = Start(
            pinnedRoot: pinnedRoot, remembered: KeptFiles(remembered), targets: targets, time: time, limits: limits)
        self.init(start, kept: start.remembered, reasonNotToAsk: nil)
    }

    private init(_ start: Start, kept: KeptFiles, reasonNotToAsk: String?) {
        self.start = start
        self.kept = kept
        self.reasonNotToAsk = reasonNotToAsk
    }

    /// The same of what is remembered alone, without asking anybody: `remembered` if it is whole and has not expired, else
    /// `undetermined`. `reason` says why nobody is asked.
    public static func offline(
        pinnedRoot: [UInt8], remembered: [TUFFile], targets: [String], at time: Instant, because reason: String,
        limits: TUFLimits = TUFLimits()
    ) -> TUFOutcome {
        let start = Start(
            pinnedRoot: pinnedRoot, remembered: KeptFiles(remembered), targets: targets, time: time, limits: limits)
        return offline(start, kept: start.remembered, because: reason)
    }

    private static func offline(_ start: Start, kept: KeptFiles, because reason: String) -> TUFOutcome {
        var update = TUFUpdate(start, kept: kept, reasonNotToAsk: reason)
        guard case .finished(let outcome) = update.next() else {
            return .undetermined(reason, remembered: TUFError(file: "root.json", reason: .notRemembered))
        }
        return outcome
    }

    /// One step. `answer` is what became of the request of the step before; a step without it repeats that request.
    public mutating func next(_ answer: TUFAnswer? = nil) -> TUFStep {
        do throws(Stop) {
            switch state {
            case .initial: return try begin()
            case .awaitingRoot(let trusted, let request): return try takeRoot(answer, request, trusted)
            case .awaitingTimestamp(let trusted, let request): return try takeTimestamp(answer, request, trusted)
            case .awaitingSnapshot(let trusted, let request): return try takeSnapshot(answer, request, trusted)
            case .awaitingTargets(let trusted, let search, let visit, let request):
                return try takeTargets(answer, request, trusted, search, visit)
            case .awaitingTarget(let trusted, let target, let request):
                return try takeTarget(answer, request, trusted, target)
            case .finished(let outcome): return .finished(outcome)
            }
        } catch {
            switch error {
            case .again(let request): return .fetch(request)
            case .wrong(let error): return finish(refusal(error))
            case .unanswered(let reason):
                // What was remembered at the start belongs together; but a root that was replaced is believed no more.
                let remembered = start.remembered.withRoots(of: kept)
                return finish(TUFUpdate.offline(start, kept: remembered, because: reason))
            }
        }
    }

    private func refusal(_ error: TUFError) -> TUFOutcome {
        reasonNotToAsk.map { .undetermined($0, remembered: error) } ?? .refused(error)
    }

    private mutating func finish(_ outcome: TUFOutcome) -> TUFStep {
        state = .finished(outcome)
        return .finished(outcome)
    }
}

/// Why a step leads no further.
private enum Stop: Error {
    case again(TUFRequest)
    case wrong(TUFError)
    case unanswered(String)
}

/// Says of which file a rule was broken.
private func judging<Value>(
    _ file: String, _ judge: () throws(TUFError.Reason) -> Value
) throws(Stop) -> Value {
    do throws(TUFError.Reason) { return try judge() } catch { throw .wrong(TUFError(file: file, reason: error)) }
}

/// What is asked for and has to be there.
private func content(of answer: TUFAnswer?, to request: TUFRequest) throws(Stop) -> [UInt8] {
    guard let bytes = try contentIfPresent(of: answer, to: request) else {
        throw .wrong(TUFError(file: request.path, reason: .absent))
    }
    return bytes
}

/// Nil if the repository has no such file.
private func contentIfPresent(of answer: TUFAnswer?, to request: TUFRequest) throws(Stop) -> [UInt8]? {
    switch answer {
    case .found(let bytes) where bytes.count <= request.limit: return bytes
    case .found, .tooLarge: throw .wrong(TUFError(file: request.path, reason: .tooLarge(limit: request.limit)))
    case .absent: return nil
    case .undetermined(let reason): throw .unanswered(reason)
    case nil: throw .again(request)
    }
}

// MARK: - Root (sections 5.2 and 5.3)

extension TUFUpdate {
    private mutating func begin() throws(Stop) -> TUFStep {
        var trusted = try judging("root.json") { () throws(TUFError.Reason) in
            try TrustedMetadata(pinnedRoot: start.pinnedRoot, at: start.time, limits: start.limits)
        }
        // The pinned root vouches for the first, which vouches for the next: so what is remembered is verified anew.
        var chain: Set<String> = []
        while let version = try? trusted.nextRootVersion(), let bytes = kept[FileName.root(version)],
            (try? trusted.updateRoot(bytes)) != nil
        { chain.insert(FileName.root(version)) }
        kept.keepRoots(chain)
        return try askForRoot(trusted)
    }

    private mutating func askForRoot(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        guard reasonNotToAsk == nil else { return try useRoot(trusted) }
        let version = try judging("root.json", trusted.nextRootVersion)
        let request = TUFRequest(base: .metadata, path: "\(version).root.json", limit: start.limits.rootBytes)
        state = .awaitingRoot(trusted, request)
        return .fetch(request)
    }

    private mutating func takeRoot(
        _ answer: TUFAnswer?, _ request: TUFRequest, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        guard let bytes = try contentIfPresent(of: answer, to: request) else { return try useRoot(trusted) }
        guard rotations < start.limits.rootRotations else {
            throw .wrong(TUFError(file: request.path, reason: .tooManyRotations(limit: start.limits.rootRotations)))
        }
        var next = trusted
        try judging(request.path) { () throws(TUFError.Reason) in try next.updateRoot(bytes) }
        rotations += 1
        kept[FileName.root(next.root.header.version)] = bytes
        // Section 5.3.11, recovery from a fast-forward attack: what a lost key has signed holds nothing up any more.
        if next.root.rotatesFreshness(of: trusted.root) {
            kept.remove(FileName.metadata(of: .timestamp))
            kept.remove(FileName.metadata(of: .snapshot))
        }
        return try askForRoot(next)
    }

    /// There is no root after this one.
    private mutating func useRoot(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        try judging("\(trusted.root.header.version).root.json", trusted.checkRootExpiry)
        use(.root, trusted.root.header)
        return try askForTimestamp(trusted)
    }
}

// MARK: - Timestamp and snapshot (sections 5.4 and 5.5)

extension TUFUpdate {
    private mutating func askForTimestamp(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        var trusted = trusted
        let name = FileName.metadata(of: .timestamp)
        if let bytes = kept[name], (try? trusted.recallTimestamp(bytes)) == nil { kept.remove(name) }
        guard reasonNotToAsk == nil else { return try useTimestamp(trusted) }
        let request = TUFRequest(base: .metadata, path: name, limit: start.limits.timestampBytes)
        state = .awaitingTimestamp(trusted, request)
        return .fetch(request)
    }

    private mutating func takeTimestamp(
        _ answer: TUFAnswer?, _ request: TUFRequest, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        let bytes = try content(of: answer, to: request)
        var trusted = trusted
        let isNewer = try judging(request.path) { () throws(TUFError.Reason) in try trusted.updateTimestamp(bytes) }
        if isNewer { kept[FileName.metadata(of: .timestamp)] = bytes }
        return try useTimestamp(trusted)
    }

    private mutating func useTimestamp(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        let name = FileName.metadata(of: .timestamp)
        let listed = try judging(name, trusted.currentSnapshot)
        if let timestamp = trusted.timestamp { use(.timestamp, timestamp.header) }
        return try askForSnapshot(listed, trusted)
    }

    private mutating func askForSnapshot(
        _ listed: ListedMetadata, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        var trusted = trusted
        let name = FileName.metadata(of: .snapshot)
        if let bytes = kept[name] {
            switch try? trusted.recallSnapshot(bytes) {
            case true: return try useSnapshot(trusted)
            case false: break
            case nil: kept.remove(name)
            }
        }
        let request = try metadataRequest(.snapshot, listed, trusted, limit: start.limits.snapshotBytes)
        try mayAsk(for: request)
        state = .awaitingSnapshot(trusted, request)
        return .fetch(request)
    }

    private mutating func takeSnapshot(
        _ answer: TUFAnswer?, _ request: TUFRequest, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        let bytes = try content(of: answer, to: request)
        var trusted = trusted
        try judging(request.path) { () throws(TUFError.Reason) in try trusted.updateSnapshot(bytes) }
        kept[FileName.metadata(of: .snapshot)] = bytes
        return try useSnapshot(trusted)
    }

    private mutating func useSnapshot(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        if let snapshot = trusted.snapshot { use(.snapshot, snapshot.header) }
        return try search(trusted)
    }

    /// Throws `notRemembered` if nobody is asked.
    private func mayAsk(for request: TUFRequest) throws(Stop) {
        guard reasonNotToAsk == nil else { throw .wrong(TUFError(file: request.path, reason: .notRemembered)) }
    }

    /// The name of metadata in the repository, and how much of it to read.
    private func metadataRequest(
        _ role: RoleName, _ listed: ListedMetadata, _ trusted: TrustedMetadata, limit: Int
    ) throws(Stop) -> TUFRequest {
        let prefix = trusted.root.consistentSnapshot ? "\(listed.version)." : ""
        let path = "\(prefix)\(role.fileName).json"
        let limit = try judging(path) { () throws(TUFError.Reason) in try listed.content.limit(limit) }
        return TUFRequest(base: .metadata, path: path, limit: limit)
    }

    private mutating func use(_ role: RoleName, _ header: MetadataHeader) {
        guard !roles.contains(where: { $0.name.utf8.elementsEqual(role.fileName.utf8) }) else { return }
        roles.append(.init(name: role.fileName, version: header.version, expires: header.expires))
    }
}

// MARK: - Targets (sections 5.6 and 5.7)

/// A target that a role lists.
private struct WantedTarget: Sendable {
    let path: TargetPath
    let description: FileDescription
    /// Which of its hashes its name is tried with.
    var hash = 0
}

extension TUFUpdate {
    /// Looks for the next of the targets that are wanted.
    private mutating func search(_ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        let visit = TargetSearch.Visit(role: .targets, keys: trusted.root.targets)
        guard found.count < start.targets.count else {
            return start.targets.isEmpty ? try ask(visit, for: nil, trusted) : succeed()
        }
        let text = start.targets[found.count]
        guard let path = TargetPath(text) else {
            throw .wrong(TUFError(file: String(quoting: Array(text.utf8)), reason: .unusablePath))
        }
        return try ask(TargetSearch(for: path, from: visit, limit: start.limits.delegations), trusted)
    }

    private mutating func ask(_ search: TargetSearch, _ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        var search = search
        let visit = try judging(search.path.fileName) { () throws(TUFError.Reason) in try search.next() }
        return try ask(visit, for: search, trusted)
    }

    private mutating func ask(
        _ visit: TargetSearch.Visit, for search: TargetSearch?, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        let name = FileName.metadata(of: visit.role)
        let listed = try judging(name) { () throws(TUFError.Reason) in try trusted.currentTargets(of: visit.role) }
        if let bytes = kept[name], let targets = try? trusted.targets(bytes, of: visit.role, by: visit.keys) {
            return try look(in: targets, of: visit.role, for: search, trusted)
        }
        let request = try metadataRequest(visit.role, listed, trusted, limit: start.limits.targetsBytes)
        try mayAsk(for: request)
        state = .awaitingTargets(trusted, search, visit, request)
        return .fetch(request)
    }

    private mutating func takeTargets(
        _ answer: TUFAnswer?, _ request: TUFRequest, _ trusted: TrustedMetadata, _ search: TargetSearch?,
        _ visit: TargetSearch.Visit
    ) throws(Stop) -> TUFStep {
        let bytes = try content(of: answer, to: request)
        let targets = try judging(request.path) { () throws(TUFError.Reason) in
            try trusted.targets(bytes, of: visit.role, by: visit.keys)
        }
        kept[FileName.metadata(of: visit.role)] = bytes
        return try look(in: targets, of: visit.role, for: search, trusted)
    }

    private mutating func look(
        in targets: TargetsMetadata, of role: RoleName, for search: TargetSearch?, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        use(role, targets.header)
        guard var search else { return succeed() }
        let description = try judging(FileName.metadata(of: role)) { () throws(TUFError.Reason) in
            try search.look(in: targets)
        }
        guard let description else { return try ask(search, trusted) }
        return try ask(for: WantedTarget(path: search.path, description: description), trusted)
    }

    private mutating func ask(for target: WantedTarget, _ trusted: TrustedMetadata) throws(Stop) -> TUFStep {
        if let bytes = kept[FileName.target(target.path)], (try? target.description.check(bytes)) != nil {
            return try take(bytes, as: target, trusted)
        }
        let hash = trusted.root.consistentSnapshot ? target.description.hashes[target.hash].digest : nil
        let location = target.path.location(hash: hash)
        let limit = try judging(location) { () throws(TUFError.Reason) in
            try target.description.limit(start.limits.targetFileBytes)
        }
        let request = TUFRequest(base: .targets, path: location, limit: limit)
        try mayAsk(for: request)
        state = .awaitingTarget(trusted, target, request)
        return .fetch(request)
    }

    private mutating func takeTarget(
        _ answer: TUFAnswer?, _ request: TUFRequest, _ trusted: TrustedMetadata, _ target: WantedTarget
    ) throws(Stop) -> TUFStep {
        // A repository may name a file by any one of its hashes.
        if case .absent = answer, trusted.root.consistentSnapshot, target.hash + 1 < target.description.hashes.count {
            var target = target
            target.hash += 1
            return try ask(for: target, trusted)
        }
        let bytes = try content(of: answer, to: request)
        try judging(request.path) { () throws(TUFError.Reason) in try target.description.check(bytes) }
        return try take(bytes, as: target, trusted)
    }

    private mutating func take(
        _ bytes: [UInt8], as target: WantedTarget, _ trusted: TrustedMetadata
    ) throws(Stop) -> TUFStep {
        kept[FileName.target(target.path)] = bytes
        found.append(.init(path: start.targets[found.count], bytes: bytes))
        return try search(trusted)
    }

    private mutating func succeed() -> TUFStep {
        let repository = TrustedRepository(roles: roles, targets: found)
        kept.keepMetadata(Set(roles.map { "\($0.name).json" }))
        return finish(reasonNotToAsk.map { .remembered(repository, because: $0) } ?? .current(repository))
    }
}
