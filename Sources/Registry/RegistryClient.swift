import Cryptography
public import OCI
public import Outbound
public import Trust

/// The pull side of the OCI distribution protocol: manifests by tag and digest, blobs, and lists of referrers; and the
/// metadata that notary servers keep, which are asked by the same rules.
///
/// Nothing it returns is believed for being sent: every body is hashed here, and what was asked for by digest has that
/// digest or is a violation. It neither caches nor merges questions; tokens are kept, evidence is not.
public final class RegistryClient: Sendable {
    private let configuration: RegistryConfiguration
    private let outbound: OutboundClient
    private let authorizer: Authorizer
    private let identities: CredentialIdentities
    private let jitter: @Sendable () -> Double

    /// `outbound` must have been made with the configuration's `outboundRules()`. `jitter` gives numbers from 0 up to 1; it
    /// spreads repetitions.
    public init(
        configuration: RegistryConfiguration, outbound: OutboundClient, helpers: CredentialHelpers = .none,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.configuration = configuration
        self.outbound = outbound
        self.jitter = jitter
        authorizer = Authorizer(configuration: configuration, outbound: outbound, helpers: helpers)
        identities = CredentialIdentities(configuration)
    }

    /// What became of a locator, by `deadline`. Repeats at most `RegistryLimits.retries` times what may pass.
    ///
    /// A 404 is `.absent`, whatever its body. Other bytes than asked for and too many bytes are `.violated`; all else that
    /// is no answer is `.undetermined`. Mirrors are asked first: what they have, or get wrong, is the answer. They are
    /// registries, so trust data is asked of its notary server alone.
    public func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        var refusals: [(mirror: RegistryMirror, refusal: Refusal)] = []
        for mirror in mirrors(for: locator) {
            guard let repository = mirror.repository(for: locator.repository) else { continue }
            // Half of the time that is left, and no repetition: the registry itself comes next.
            let now = ContinuousClock.now
            let fetched = await ask(
                locator.moved(to: repository), retries: 0, deadline: now + (deadline - now) / 2)
            switch fetched {
            case .found, .violated: return fetched
            case .absent: continue
            case .undetermined(let refusal): refusals.append((mirror, refusal))
            }
        }
        let fetched = await ask(locator, retries: configuration.limits.retries, deadline: deadline)
        guard case .undetermined(let refusal) = fetched else { return fetched }
        return .undetermined(refusal.after(refusals))
    }

    private func mirrors(for locator: Locator) -> [RegistryMirror] {
        if case .trustMetadata = locator { return [] }
        return configuration[locator.repository.domain]?.mirrors ?? []
    }

    /// A hash of which credentials a fetch from this registry would use, salted anew in each process. Two calls give the
    /// same for the same registry with the same credentials, and for nothing else. What a notary server is shown is settled
    /// by its address, which is part of a locator.
    public func credentialsIdentity(for repository: Repository) -> [UInt8] {
        identities[repository.domain]
    }

    private func ask(_ locator: Locator, retries: Int, deadline: ContinuousClock.Instant) async -> Fetched {
        do throws(Refusal) {
            let (url, scope) = try place(of: locator)
            let plan = RetryPlan(
                retries: retries, firstPause: configuration.limits.firstPause, deadline: deadline, jitter: jitter)
            guard let list = PagedList(of: locator) else {
                return try await ask(url, scope, for: locator, plan, deadline: deadline).fetched(for: locator)
            }
            return try await read(list, of: locator, from: url, scope, plan, deadline: deadline)
        } catch {
            return .undetermined(error)
        }
    }

    private func place(of locator: Locator) throws(Refusal) -> (OutboundURL, PullScope) {
        if case .trustMetadata(let collection, let name, _) = locator {
            let address = try NotaryAddress(name, of: collection, by: configuration)
            return (address.url, address.scope)
        }
        let insecure = configuration[locator.repository.domain]?.insecureHTTP == true
        return (try RegistryAddress(locator, insecure: insecure).url, PullScope(pulling: locator.repository))
    }

    /// Page by page: each is a question of its own, all of them together have the deadline.
    private func read(
        _ list: PagedList, of locator: Locator, from url: OutboundURL, _ scope: PullScope, _ plan: RetryPlan,
        deadline: ContinuousClock.Instant
    ) async throws(Refusal) -> Fetched {
        var (list, url) = (list, url)
        while true {
            let answer = try await ask(url, scope, for: locator, plan, deadline: deadline)
            guard case .content(let page) = answer else { return answer.fetched(for: locator) }
            switch list.add(page, from: url) {
            case .page(let next): url = next
            case .end(let fetched): return fetched
            }
        }
    }

    private func ask(
        _ url: OutboundURL, _ scope: PullScope, for locator: Locator, _ plan: RetryPlan,
        deadline: ContinuousClock.Instant
    ) async throws(Refusal) -> RegistryAnswer {
        let key = TokenStore.Key(scope: scope, credentials: scope.entry.map { identities[$0] } ?? [])
        var plan = plan
        var authorization = authorizer.store.authorization(for: key)
        var hasAuthorized = false
        while true {
            let answer: OutboundResponse
            do throws(OutboundError) {
                let request = request(url, for: locator, authorization: authorization)
                answer = try await outbound.send(request, deadline: deadline)
            } catch {
                if case .tooLarge(_, let limit) = error { return .violated(.tooLarge(scope, limit: limit)) }
                if error.mayPass, await plan.pauseAfterFailure() { continue }
                if case .budgetSpent(_, _, let wait) = error, await plan.pauseAfterRateLimit(retryAfter: wait) {
                    continue
                }
                throw error.refusal(scope, asking: scope.asked)
            }
            let retryAfter = RetryPlan.retryAfter(answer.value(of: "retry-after"))
            switch answer.status {
            case 200: return .content(answer)
            case let status where locator.isAbsent(by: status): return .absent
            case 401 where !hasAuthorized:
                if let refused = authorization { authorizer.store.forget(refused, for: key) }
                let issued = await authorizer.authorization(
                    answering: answer.values(of: "www-authenticate"), for: key, from: url, deadline: deadline)
                switch issued {
                case .success(let value):
                    // Once for each fetch: what is refused right after it was issued will go on being refused.
                    (authorization, hasAuthorized) = (value, true)
                case .failure(let failure):
                    guard failure.mayPass, await plan.pauseAfterFailure() else { throw failure.refusal }
                    authorization = nil
                }
            case 401: throw .denied(scope, "it does not accept what it asked us for")
            case 403: throw .denied(scope, "it answers 403")
            case 429:
                guard await plan.pauseAfterRateLimit(retryAfter: retryAfter) else {
                    throw .rateLimited(scope, "it answers 429")
                }
            case 500...599:
                guard await plan.pauseAfterFailure(retryAfter: retryAfter) else {
                    throw .unavailable(scope, "it answers \(answer.status)")
                }
            default: throw .unavailable(scope, "it answers \(answer.status), which is no answer to a pull")
            }
        }
    }

    private func request(_ url: OutboundURL, for locator: Locator, authorization: String?) -> OutboundRequest {
        switch locator {
        case .manifest(_, _, let limit):
            OutboundRequest(
                url, headers: [(name: "accept", value: RegistryContent.acceptedManifests)],
                authorization: authorization, limit: limit)
        case .blob(_, _, let limit), .trustMetadata(_, _, let limit), .tags(_, let limit):
            OutboundRequest(url, authorization: authorization, limit: limit)
        case .referrers(_, _, let limit):
            OutboundRequest(
                url, headers: [(name: "accept", value: MediaType.ociIndex)], authorization: authorization, limit: limit)
        }
    }
}

/// What a registry said to one question, if it said anything.
private enum RegistryAnswer {
    case content(OutboundResponse)
    case absent
    /// More than was asked for.
    case violated(Refusal)

    func fetched(for locator: Locator) -> Fetched {
        switch self {
        case .content(let answer): RegistryContent(answer, for: locator).fetched
        case .absent: .absent
        case .violated(let refusal): .violated(refusal)
        }
    }
}

extension Locator {
    /// The same thing in another repository.
    fileprivate func moved(to repository: Repository) -> Locator {
        switch self {
        case .manifest(_, let name, let limit): .manifest(repository, name, limit: limit)
        case .blob(_, let digest, let limit): .blob(repository, digest, limit: limit)
        case .referrers(_, let digest, let limit): .referrers(repository, digest, limit: limit)
        case .tags(_, let limit): .tags(repository, limit: limit)
        case .trustMetadata: self
        }
    }

    /// Whether a status says that there is no such thing. Registries that are older than lists of referrers do not know
    /// the question, and each has its own way to say so.
    fileprivate func isAbsent(by status: Int) -> Bool {
        guard case .referrers = self else { return status == 404 }
        return [400, 404, 405, 406, 501].contains(status)
    }
}

extension OutboundError {
    /// Whether the same question may be answered a moment later.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .timedOut: true
        default: false
        }
    }
}
