/// One request of an exchange: where to, and with which `Authorization`.
struct Hop: Sendable {
    let url: OutboundURL
    let authorization: String?
}

/// Decides about redirects: whether, where to, and what is taken along.
///
/// Allowed is the host that was asked first and what its rule lists; never from TLS to plain HTTP; a few hops. Credentials
/// stay with the host they were meant for: once an exchange has left it, they are gone, even if it comes back.
struct Redirects {
    private let origin: OutboundURL
    private let rule: HostRule
    private let limit: Int
    private let isFollowing: Bool
    private var hops = 0

    init(from request: OutboundRequest, rule: HostRule, limit: Int) {
        origin = request.url
        self.rule = rule
        self.limit = limit
        if case .get = request.method { isFollowing = request.followsRedirects } else { isFollowing = false }
    }

    /// Nil if the answer is no redirect.
    mutating func next(after response: OutboundResponse, of hop: Hop) throws(OutboundError) -> Hop? {
        guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
        let host = hop.url.authority
        guard isFollowing else { throw .redirectForbidden(host: host, detail: "this answer may not redirect at all") }
        guard let location = response.value(of: "location") else {
            throw .protocolViolation(host: host, detail: "a redirect without one `Location`")
        }
        hops += 1
        guard hops <= limit else {
            throw .redirectForbidden(host: host, detail: "more than \(limit) redirects one after the other")
        }
        let target: OutboundURL
        do throws(OutboundURLError) {
            target = try hop.url.resolving(location: location)
        } catch {
            throw .redirectForbidden(host: host, detail: "the address it names \(error)")
        }
        try check(target, from: hop.url)
        return Hop(url: target, authorization: target.origin == origin.origin ? hop.authorization : nil)
    }

    private func check(_ target: OutboundURL, from current: OutboundURL) throws(OutboundError) {
        let host = current.authority
        if current.scheme == .https, target.scheme == .http {
            throw .redirectForbidden(host: host, detail: "`\(target.authority)` would be asked without TLS")
        }
        guard target.authority == origin.authority || rule.allowsRedirect(to: target) else {
            throw .redirectForbidden(
                host: host, detail: "`\(target.authority)` is not listed in `redirectTo` of `\(origin.authority)`")
        }
    }

    /// After a redirect, an address that is refused is the redirect's fault, not that of the reference.
    func blame(_ error: OutboundError) -> OutboundError {
        guard hops > 0 else { return error }
        switch error {
        case .addressForbidden, .unlistedBehindProxy, .insecureForbidden:
            return .redirectForbidden(host: origin.authority, detail: error.description)
        default:
            return error
        }
    }
}
