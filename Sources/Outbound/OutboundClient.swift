public import NIOCore

/// The only way out of the house: HTTP/1.1 questions under deadlines, size limits and address rules.
///
/// A name is looked up, its addresses are vetted, and the connection is made to an address that was vetted. Certificates
/// are always verified. Redirects are decided here, one by one, by the rule of the host that was asked first.
public final class OutboundClient: Sendable {
    /// By `OutboundURL.endpoint`.
    private let rules: [String: HostRule]
    private let limits: OutboundLimits
    private let resolver: any HostResolver
    private let group: any EventLoopGroup
    private let proxy: OutboundProxy?
    private let pools: ConnectionPools
    private let slots: HostSlots
    private let breakers: CircuitBreakers
    private let budgets = RequestBudgets()
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// If two rules name one host, the first counts. Without a `resolver` the system's name service is asked. `clock` is
    /// what circuits and budgets are timed by.
    public init(
        rules: [HostRule] = [], limits: OutboundLimits = OutboundLimits(), proxy: OutboundProxy? = nil,
        resolver: (any HostResolver)? = nil, eventLoopGroup: any EventLoopGroup,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        // A rule that names the port 80 comes before one that only implies it.
        let named = rules.map { ($0.endpoint, $0) }
        let implied = rules.compactMap { rule in rule.insecureEndpoint.map { ($0, rule) } }
        self.rules = Dictionary(named + implied, uniquingKeysWith: { first, _ in first })
        self.limits = limits
        self.resolver = resolver ?? SystemResolver(timers: eventLoopGroup)
        group = eventLoopGroup
        self.proxy = proxy
        self.clock = clock
        breakers = CircuitBreakers(
            threshold: limits.failuresToOpenCircuit, pause: limits.circuitPause,
            longestPause: limits.longestCircuitPause)
        pools = ConnectionPools(capacity: limits.connectionPools)
        slots = HostSlots(width: limits.exchangesPerHost, waiting: limits.waitingPerHost)
    }

    /// Asks, following redirects where that is allowed. Any HTTP status is an answer; everything else is an error. Returns
    /// by `deadline` or by the bound for one object, whichever is earlier.
    public func send(
        _ request: OutboundRequest, deadline: ContinuousClock.Instant
    ) async throws(OutboundError) -> OutboundResponse {
        let bound = TimeBound(total: limits.total, deadline: deadline)
        return try await bound.limit(host: request.url.authority) {
            await self.follow(request, within: bound)
        }
    }

    /// Closes all connections and fails what is under way.
    public func shutdown() async {
        await pools.shutdown()
    }

    private func follow(
        _ request: OutboundRequest, within bound: TimeBound
    ) async -> Result<OutboundResponse, OutboundError> {
        let rule = rule(for: request.url)
        var redirects = Redirects(from: request, rule: rule, limit: limits.redirects)
        var hop = Hop(url: request.url, authorization: request.authorization)
        do throws(OutboundError) {
            while true {
                let response: OutboundResponse
                do throws(OutboundError) {
                    response = try await ask(hop, request, within: bound)
                } catch {
                    throw redirects.blame(error)
                }
                guard let next = try redirects.next(after: response, of: hop) else { return .success(response) }
                hop = next
            }
        } catch {
            return .failure(error)
        }
    }

    private func ask(
        _ hop: Hop, _ request: OutboundRequest, within bound: TimeBound
    ) async throws(OutboundError) -> OutboundResponse {
        let host = hop.url.authority
        let rule = rule(for: hop.url)
        guard hop.url.scheme == .https || rule.insecureHTTP else { throw .insecureForbidden(host: host) }
        let endpoint = hop.url.endpoint
        switch await slots.enter(endpoint) {
        case .admitted: break
        case .full: throw .overloaded(host: host)
        case .cancelled: throw .cancelled(host: host)
        }
        defer { slots.leave(endpoint) }

        let pass = try admit(hop.url)
        var outcome = CircuitBreakers.Outcome.unknown
        defer { breakers.record(outcome, of: pass, at: clock()) }
        do throws(OutboundError) {
            let perMinute = rule.requestsPerMinute ?? limits.requestsPerMinute
            if let wait = budgets.spend(endpoint, perMinute: perMinute, at: clock()) {
                throw .budgetSpent(host: host, perMinute: perMinute, wait: wait)
            }
            let response = try await reach(hop, request, rule, within: bound)
            outcome = response.status < 500 ? .answered : .failed
            return response
        } catch {
            outcome = error.circuitOutcome
            throw error
        }
    }

    private func admit(_ url: OutboundURL) throws(OutboundError) -> CircuitBreakers.Pass {
        switch breakers.admit(url.endpoint, at: clock()) {
        case .admitted(let pass): return pass
        case .open(let failures, let remaining):
            throw .circuitOpen(host: url.authority, failures: failures, remaining: remaining)
        }
    }

    /// Asks at one address after the other until a connection stands.
    private func reach(
        _ hop: Hop, _ request: OutboundRequest, _ rule: HostRule, within bound: TimeBound
    ) async throws(OutboundError) -> OutboundResponse {
        let route = try await route(to: hop.url, rule: rule, within: bound)
        for address in route.addresses.dropLast() {
            do throws(OutboundError) {
                return try await exchange(hop, request, rule, route, at: address, hasSuccessor: true, within: bound)
            } catch {
                guard error.isAboutConnecting else { throw error }
            }
        }
        guard let last = route.addresses.last else { throw .withoutAddress(hop.url) }
        return try await exchange(hop, request, rule, route, at: last, hasSuccessor: false, within: bound)
    }

    private func exchange(
        _ hop: Hop, _ request: OutboundRequest, _ rule: HostRule, _ route: Route, at address: IPAddress,
        hasSuccessor: Bool, within bound: TimeBound
    ) async throws(OutboundError) -> OutboundResponse {
        let key = ConnectionPools.Key(
            scheme: hop.url.scheme, host: hop.url.host, port: hop.url.port, address: address,
            proxyPort: route.proxy?.port, hasSuccessor: hasSuccessor)
        let client = pools.lease(key) { .vetted(key, rule: rule, limits: limits, group: group) }
        guard let client else { throw .cancelled(host: hop.url.authority) }
        defer { pools.release(key, client) }
        let exchange = Exchange(hop: hop, request: request, limits: limits, establishment: limits.establishment(key))
        do throws(OutboundError) {
            return try await exchange.run(on: client, within: bound)
        } catch {
            throw route.blame(error)
        }
    }

    private func rule(for url: OutboundURL) -> HostRule {
        rules[url.endpoint] ?? .strict(url.authority)
    }
}

/// Where connections for a host are made to.
private struct Route {
    /// In the order in which they are tried.
    let addresses: [IPAddress]
    /// Nil if the addresses are the host's own.
    let proxy: OutboundProxy?

    /// What happens on the way to a host behind a proxy may be the proxy's fault, so it is named.
    func blame(_ error: OutboundError) -> OutboundError {
        guard let proxy, case .unreachable(let host, let detail) = error else { return error }
        return .unreachable(host: host, detail: "through the proxy `\(proxy.authority)`: \(detail)")
    }
}

extension OutboundClient {
    private func route(
        to url: OutboundURL, rule: HostRule, within bound: TimeBound
    ) async throws(OutboundError) -> Route {
        guard let proxy, proxy.carries(url) else {
            return Route(addresses: try await vettedAddresses(of: url, rule: rule, within: bound), proxy: nil)
        }
        guard rules[url.endpoint] != nil else {
            throw .unlistedBehindProxy(host: url.authority)
        }
        if let literal = url.literalAddress, let reason = rule.refusal(of: literal) {
            throw .addressForbidden(host: url.authority, detail: "\(literal) is \(reason)")
        }
        let addresses = try await addresses(of: proxy.host, for: url, within: bound).prefix(limits.addresses)
        return Route(addresses: Array(addresses), proxy: proxy)
    }

    /// At least one address, or an error that says which address was refused and why.
    private func vettedAddresses(
        of url: OutboundURL, rule: HostRule, within bound: TimeBound
    ) async throws(OutboundError) -> [IPAddress] {
        let answers = try await addresses(of: url.host, for: url, within: bound).prefix(limits.addresses)
        guard !answers.isEmpty else { throw .withoutAddress(url) }
        let allowed = answers.filter { rule.refusal(of: $0) == nil }
        if allowed.isEmpty, let first = answers.first, let reason = rule.refusal(of: first) {
            throw .addressForbidden(host: url.authority, detail: "\(first) is \(reason)")
        }
        return Array(allowed)
    }

    /// What `name` stands for, which is the host of `url` or the proxy before it.
    private func addresses(
        of name: String, for url: OutboundURL, within bound: TimeBound
    ) async throws(OutboundError) -> [IPAddress] {
        if let literal = IPAddress(canonical: name) { return [literal] }
        do throws(HostResolverError) {
            return try await resolver.addresses(of: name, deadline: bound.instant)
        } catch {
            switch error {
            case .failed(let detail): throw .unreachable(host: url.authority, detail: "name lookup failed: \(detail)")
            case .timedOut: throw bound.error(host: url.authority)
            case .overloaded: throw .overloaded(host: url.authority)
            }
        }
    }
}

extension HostRule {
    /// Why this host may not be asked at that address; nil if it may.
    fileprivate func refusal(of address: IPAddress) -> String? {
        switch address.reach {
        case .global: nil
        case .near(let what): privateAddressAllowed ? nil : what + ", which is not allowed for this host"
        case .never(let what): what
        }
    }
}

extension OutboundError {
    fileprivate static func withoutAddress(_ url: OutboundURL) -> OutboundError {
        .unreachable(host: url.authority, detail: "the name has no address")
    }

    /// Whether another address of the same host may do better.
    fileprivate var isAboutConnecting: Bool {
        switch self {
        case .unreachable, .timedOut(_, .connection, _), .timedOut(_, .handshake, _): true
        default: false
        }
    }
}
