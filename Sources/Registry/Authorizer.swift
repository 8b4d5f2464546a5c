import Cryptography
import Outbound
import Trust

/// Finds out what to put into `Authorization` when a registry asks for it (distribution, "Token Authentication").
///
/// The realm that a registry names is chosen by whoever answers, so it decides nothing about our secrets: credentials go to
/// it only if it is the registry's own host, Docker Hub's `auth.docker.io` for Docker Hub, or listed for this registry, and
/// only over TLS unless that host is listed for plain HTTP. Any other realm is asked without credentials, under the same
/// address rules as everything else. What is asked for is always reading this one repository, whatever the challenge names.
/// Notary servers ask in the same way as registries, and are held to the same.
struct Authorizer: Sendable {
    let configuration: RegistryConfiguration
    let outbound: OutboundClient
    let helpers: CredentialHelpers
    let store: TokenStore
    private let flights = SharedFlight<TokenStore.Key, Result<String, AuthorizationFailure>>()

    init(configuration: RegistryConfiguration, outbound: OutboundClient, helpers: CredentialHelpers) {
        self.configuration = configuration
        self.outbound = outbound
        self.helpers = helpers
        store = TokenStore(capacity: configuration.limits.tokens)
    }

    /// An `Authorization` that answers the challenges, asked for once however many fetches want it.
    func authorization(
        answering fields: [String], for key: TokenStore.Key, from registry: OutboundURL,
        deadline: ContinuousClock.Instant
    ) async -> Result<String, AuthorizationFailure> {
        let answer = await flights.value(for: key, deadline: deadline) {
            // Whoever was late by a moment finds what the flight before brought.
            if let known = store.authorization(for: key) { return .success(known) }
            return await negotiate(fields, for: key, from: registry)
        }
        return answer ?? .failure(AuthorizationFailure(.deadlineExceeded(key.scope)))
    }

    private func negotiate(
        _ fields: [String], for key: TokenStore.Key, from registry: OutboundURL
    ) async -> Result<String, AuthorizationFailure> {
        let scope = key.scope
        var isRepeatable = true
        do throws(Refusal) {
            guard let challenges = AuthenticationChallenge.parse(fields) else {
                throw .denied(scope, "it asks for credentials in a way that cannot be read")
            }
            let credentials = try await credentials(for: scope)
            // What is sent for an identity token changes something at the token service.
            if case .identityToken = credentials { isRepeatable = false }
            if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
                let (authorization, lifetime) = try await answer(bearer, credentials, scope, registry)
                store.keep(authorization, for: key, lifetime: lifetime)
                return .success(authorization)
            }
            if challenges.contains(where: { $0.scheme == "basic" }) {
                let authorization = try basic(credentials, scope)
                store.keep(authorization, for: key, lifetime: configuration.limits.tokenLifetime)
                return .success(authorization)
            }
            throw .denied(scope, "it asks for neither Basic nor Bearer authentication")
        } catch {
            return .failure(AuthorizationFailure(error, isRepeatable: isRepeatable))
        }
    }

    /// What is set for the registry, or what its helper knows.
    private func credentials(for scope: PullScope) async throws(Refusal) -> RegistryCredentials? {
        switch configuration[scope]?.credentials {
        case nil: return nil
        case .stated(let credentials): return credentials
        case .helper(let helper):
            switch await helpers.credentials(of: helper) {
            case .success(let credentials): return credentials
            case .failure(let error): throw .withoutCredentials(scope, helper, error)
            }
        }
    }

    private func basic(_ credentials: RegistryCredentials?, _ scope: PullScope) throws(Refusal) -> String {
        switch credentials {
        case .password(let user, let password): return .basic(user: user, password: password)
        case nil: throw .denied(scope, "it asks for a user name and a password, and none are known for it")
        case .identityToken, .registryToken:
            throw .denied(scope, "it asks for a user name and a password, and only a token is set for it")
        }
    }

    private func answer(
        _ challenge: AuthenticationChallenge, _ credentials: RegistryCredentials?, _ scope: PullScope,
        _ registry: OutboundURL
    ) async throws(Refusal) -> (authorization: String, lifetime: Duration) {
        if case .registryToken(let token) = credentials {
            return ("Bearer \(token)", configuration.limits.tokenLifetime)
        }
        guard let text = challenge.parameters["realm"], let realm = try? OutboundURL(parsing: text) else {
            throw .denied(scope, "it names a token service that is no address")
        }
        let isTrusted = trusts(realm, with: scope, registry)
        let question = try question(
            to: realm, service: challenge.parameters["service"], isTrusted ? credentials : nil, scope)
        let answer = try await ask(question, scope, withheld: credentials != nil && !isTrusted)
        guard let token = BearerToken(answer: answer.body) else {
            throw .noToken(scope, from: realm.authority)
        }
        let lifetime = min(token.lifetime, configuration.limits.tokenLifetime) - configuration.limits.tokenMargin
        return ("Bearer \(token.text)", lifetime)
    }
}

extension Authorizer {
    /// Whether credentials for the scope's host may go to `realm`.
    func trusts(_ realm: OutboundURL, with scope: PullScope, _ registry: OutboundURL) -> Bool {
        let isOwn = realm.isMeant(by: registry.authority)
        let isHubs = scope.isDockerHubs && realm.authority.utf8.elementsEqual(DockerHub.tokenHost.utf8)
        let isListed = configuration[scope]?.tokenRealmHosts.contains(where: realm.isMeant) == true
        guard isOwn || isHubs || isListed else { return false }
        return realm.scheme == .https || configuration[realm]?.insecureHTTP == true
    }

    private func question(
        to realm: OutboundURL, service: String?, _ credentials: RegistryCredentials?, _ scope: PullScope
    ) throws(Refusal) -> OutboundRequest {
        var items = [(name: "scope", value: scope.text)]
        if let service, !service.isEmpty { items.insert((name: "service", value: service), at: 0) }
        let limit = configuration.limits.tokenAnswer
        if case .identityToken(let token) = credentials {
            let form = items + [("client_id", "dockgate"), ("grant_type", "refresh_token"), ("refresh_token", token)]
            return OutboundRequest(realm, method: .post(form: form), limit: limit, followsRedirects: false)
        }
        guard let url = try? realm.adding(query: items) else {
            throw .denied(scope, "it names a token service whose address is too long")
        }
        var authorization: String?
        if case .password(let user, let password) = credentials {
            authorization = .basic(user: user, password: password)
        }
        return OutboundRequest(url, authorization: authorization, limit: limit, followsRedirects: false)
    }

    /// The token service's answer with status 200.
    private func ask(
        _ question: OutboundRequest, _ scope: PullScope, withheld: Bool
    ) async throws(Refusal) -> OutboundResponse {
        let host = question.url.authority
        let answer: OutboundResponse
        do throws(OutboundError) {
            // The flight serves many deadlines, so it has its own: the bound for one object.
            answer = try await outbound.send(question, deadline: .now + Authorizer.patience)
        } catch {
            guard case .tooLarge = error else { throw error.refusal(scope, asking: scope.tokenService) }
            throw .noToken(scope, from: host)
        }
        switch answer.status {
        case 200: return answer
        case 400, 401, 403:
            guard !withheld else { throw .credentialsWithheld(scope, from: host) }
            throw .denied(scope, "its token service at `\(host)` answers \(answer.status)")
        case 429: throw .rateLimited(scope, "its token service at `\(host)` answers 429")
        default: throw .unavailable(scope, "its token service at `\(host)` answers \(answer.status)")
        }
    }

    /// Longer than any deadline of a request; `OutboundLimits.total` ends it before.
    private static let patience = Duration.seconds(30)
}

/// Why there is no authorization, and whether asking again may bring one.
struct AuthorizationFailure: Error {
    let refusal: Refusal
    let mayPass: Bool

    init(_ refusal: Refusal, isRepeatable: Bool = true) {
        self.refusal = refusal
        mayPass = isRepeatable && [.registryUnavailable, .trustServerUnavailable].contains(refusal.reason)
    }
}

extension String {
    /// RFC 7617.
    fileprivate static func basic(user: String, password: String) -> String {
        "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
    }
}
