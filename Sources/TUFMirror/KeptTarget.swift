import TUF
import Timestamp
import Trust

/// What is kept of one target between updates.
struct KeptTarget: Hashable, Sendable {
    /// What the last update left, however it ended: the newest of everything that was seen, against which older versions
    /// are refused.
    private(set) var newest: [TUFFile] = []
    /// What the last update that came to its end left. Its files belong together; those of `newest` may not, if an update
    /// ended between them.
    private(set) var whole: [TUFFile] = []

    init() {}

    init(newest: [TUFFile], whole: [TUFFile]) {
        self.newest = newest
        self.whole = whole
    }

    mutating func take(_ files: [TUFFile], after outcome: TUFOutcome) {
        newest = files
        if case .current = outcome { whole = files }
    }

    /// What is kept and may still be used at that time, or why nothing may. A root that was replaced is believed no more,
    /// whatever became of the update that learnt of it.
    func standing(
        of target: MirroredTarget, at now: Instant
    ) -> Result<TrustedRepository, TUFError> {
        let roots = newest.filter(\.isRoot) + whole.filter { !$0.isRoot }
        let outcome = TUFUpdate.offline(
            pinnedRoot: target.pinnedRoot, remembered: roots, targets: [target.path], at: now, because: "")
        switch outcome {
        case .current(let trusted), .remembered(let trusted, _): return .success(trusted)
        case .refused(let error), .undetermined(_, let error): return .failure(error)
        }
    }
}

extension TUFFile {
    fileprivate var isRoot: Bool { name.utf8.starts(with: "root_history/".utf8) }
}
