import TUF

/// A repository of The Update Framework as a suite has it: files by the name under which they are asked for, targets with
/// `targets/` before it.
struct RepositoryMirror {
    var files: [String: [UInt8]] = [:]

    enum End {
        case finished(TUFOutcome)
        case stopped
    }

    /// Answers an update until it ends, or until it asks for something that `isEnough` names.
    func answer(_ update: inout TUFUpdate, until isEnough: (TUFRequest) -> Bool = { _ in false }) -> End {
        var step = update.next()
        while case .fetch(let request) = step {
            if isEnough(request) { return .stopped }
            step = update.next(answer(to: request))
        }
        guard case .finished(let outcome) = step else { return .stopped }
        return .finished(outcome)
    }

    private func answer(to request: TUFRequest) -> TUFAnswer {
        let name = request.base == .targets ? "targets/\(request.path)" : request.path
        guard let bytes = files[name] else { return .absent }
        return bytes.count <= request.limit ? .found(bytes) : .tooLarge
    }
}

extension TUFOutcome {
    var verdict: Verdict {
        switch self {
        case .current: .accepted
        case .remembered(_, let reason): .refused("only what is remembered: \(reason)")
        case .refused(let error): .refused(error.description)
        case .undetermined(let reason, let error): .refused("\(reason); \(error)")
        }
    }
}
