import Cryptography
import Foundation
import Synchronization

/// How the simulator wants to be talked to.
public enum SimulatedAuthentication: Sendable {
    case none
    case basic(user: String, password: String)
    /// Tokens from `/token` of this simulator, or from `realm`. Without a user anyone gets one.
    case bearer(
        user: String? = nil, password: String? = nil, refreshToken: String? = nil, realm: String? = nil,
        expiresIn: Int = 300)
    /// Any `WWW-Authenticate` fields; nothing satisfies them.
    case challenge([String])
    /// Nothing is asked for, but `/token` signs tokens for a registry that trusts the issuer.
    case tokenService(TokenIssuer, user: String, password: String)
}

struct SimulatedTokens: Sendable {
    /// What each was asked for: `repository:team/app:pull`.
    var valid: [String: String] = [:]
    private var issued = 0

    mutating func issue(for scope: String) -> String {
        issued += 1
        let token = "token-\(issued)-of-the-simulator"
        valid[token] = scope
        return token
    }
}

extension RegistrySimulator {
    /// Nil if the request may go on.
    func refusal(of request: LoggedRequest) -> SimulatedAnswer? {
        let (authentication, tokens) = state.withLock { ($0.authentication, $0.tokens) }
        let given = request.header("authorization")
        switch authentication {
        case .none, .tokenService:
            return nil
        case .basic(let user, let password):
            if given == basic(user, password) { return nil }
            return .unauthorized(challenges: [#"Basic realm="simulator""#])
        case .bearer(_, _, _, let realm, _):
            let collection = collectionName(in: request.target)
            let scope = "repository:\(collection ?? repositoryPath(of: request.target)):pull"
            // Notary servers are strict; a registry here takes any token of its own.
            let isEntitled = tokens.valid.contains { token, granted in
                given == "Bearer \(token)" && (collection == nil || granted == scope)
            }
            if isEntitled { return nil }
            let realm = realm ?? origin + "/token"
            return .unauthorized(challenges: [#"Bearer realm="\#(realm)",service="simulator",scope="\#(scope)""#])
        case .challenge(let challenges):
            return .unauthorized(challenges: challenges)
        }
    }

    /// The token endpoint: GET with or without Basic, and POST with a refresh token.
    func token(for request: LoggedRequest) -> SimulatedAnswer {
        if case .tokenService(let issuer, let user, let password) = state.withLock({ $0.authentication }) {
            guard request.header("authorization") == basic(user, password),
                let token = try? issuer.token(for: request.target, subject: user)
            else { return .status(401) }
            return .status(200, headers: [("Content-Type", "application/json")], body: #"{"token":"\#(token)"}"#)
        }
        guard
            case .bearer(let user, let password, let refreshToken, _, let expiresIn) = state.withLock({
                $0.authentication
            })
        else { return .status(404) }
        let isEntitled =
            if request.method == "POST" {
                refreshToken.map { request.body.contains("refresh_token=\($0)") } ?? false
            } else {
                user == nil || request.header("authorization") == basic(user ?? "", password ?? "")
            }
        guard isEntitled else { return .status(401) }
        let items = URLComponents(string: request.method == "POST" ? "?" + request.body : request.target)?.queryItems
        let scope = items?.first { $0.name == "scope" }?.value ?? ""
        let token = state.withLock { $0.tokens.issue(for: scope) }
        let body = #"{"token":"\#(token)","expires_in":\#(expiresIn)}"#
        return SimulatedAnswer(status: 200, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    private func basic(_ user: String, _ password: String) -> String {
        "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
    }

    private func repositoryPath(of target: String) -> String {
        let segments = target.split(separator: "/").map(String.init)
        guard let end = segments.lastIndex(where: { $0 == "manifests" || $0 == "blobs" }), end > 1 else { return "" }
        return segments[1..<end].joined(separator: "/")
    }
}
