public import Outbound
public import TUF

/// Fetches the files that an update asks for, through the only way out and within its bounds.
public struct MirrorClient: Sendable {
    private let outbound: OutboundClient

    /// Certificate authorities, private addresses and plain HTTP are what the client's rule for the host says.
    public init(outbound: OutboundClient) { self.outbound = outbound }

    /// Drives an update to its end.
    ///
    /// - Parameters:
    ///   - metadata: the address below which the metadata lies.
    ///   - targets: the address below which the targets lie.
    ///   - deadline: when the last question is given up, whatever came of the others.
    public func run(
        _ update: inout TUFUpdate, metadata: String, targets: String, deadline: ContinuousClock.Instant
    ) async -> TUFOutcome {
        var step = update.next()
        while true {
            switch step {
            case .finished(let outcome): return outcome
            case .fetch(let request):
                let base = request.base == .metadata ? metadata : targets
                step = update.next(await answer(to: request, at: base, deadline: deadline))
            }
        }
    }

    private func answer(
        to request: TUFRequest, at base: String, deadline: ContinuousClock.Instant
    ) async -> TUFAnswer {
        let slash = base.utf8.last == UInt8(ascii: "/") ? "" : "/"
        let url: OutboundURL
        do throws(OutboundURLError) {
            url = try OutboundURL(parsing: base + slash + request.path)
        } catch {
            return .undetermined("the address \(error)")
        }
        do throws(OutboundError) {
            let response = try await outbound.send(OutboundRequest(url, limit: request.limit), deadline: deadline)
            switch response.status {
            case 200: return .found(response.body)
            // Object stores say 403 for what is not there, unless whoever asks may list what is.
            case 403, 404: return .absent
            case let status: return .undetermined("`\(url.authority)` answers with status \(status)")
            }
        } catch {
            return error.answer
        }
    }
}

extension OutboundError {
    /// Texts stay the same from one try to the next, since a set of policies is told from another one by them too.
    fileprivate var answer: TUFAnswer {
        switch self {
        case .tooLarge: .tooLarge
        case .circuitOpen(let host, _, _): .undetermined("`\(host)` is not asked, since its last requests failed")
        case .budgetSpent(let host, let perMinute, _):
            .undetermined("`\(host)` is asked no more than \(perMinute) times a minute")
        case .deadlineExceeded(let host): .undetermined("`\(host)` had not answered when the time was over")
        default: .undetermined(description)
        }
    }
}
