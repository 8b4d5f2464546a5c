import OCI
import Outbound
import Trust

// What can go wrong with a registry or a notary server, in words that name the host, what happened and what to do.
extension Refusal {
    static func denied(_ scope: PullScope, _ what: String) -> Refusal {
        Refusal(
            .registryDenied, found: "\(scope.whom) does not let us read `\(scope.name)`: \(what)",
            expected: "to be allowed to pull",
            cure: scope.credentialsCure)
    }

    static func noToken(_ scope: PullScope, from realm: String) -> Refusal {
        .denied(scope, "its token service at `\(realm)` answers with something that is no token")
    }

    /// There are credentials, and the token service is not one that may see them.
    static func credentialsWithheld(_ scope: PullScope, from realm: String) -> Refusal {
        Refusal(
            .registryDenied,
            found:
                "\(scope.whom) does not let us read `\(scope.name)`: its token service is at `\(realm)`,"
                + " which was asked without credentials because it is another host",
            expected: "to be allowed to pull",
            cure:
                "if `\(realm)` may see the credentials for `\(scope.entry ?? scope.authority)`, list it under `tokenRealms` of that registry"
        )
    }

    /// There should be credentials, and the program that knows them gave none.
    static func withoutCredentials(
        _ scope: PullScope, _ helper: CredentialHelper, _ error: CredentialHelperError
    ) -> Refusal {
        Refusal(
            .registryDenied,
            found:
                "\(scope.whom) does not let us read `\(scope.name)`, and the credential helper"
                + " `\(helper.program)` \(error)",
            expected: "to be allowed to pull",
            cure: "run `echo \(helper.server) | \(helper.program) get` as the user of the gate, with its environment")
    }

    static func rateLimited(_ scope: PullScope, _ what: String) -> Refusal {
        Refusal(
            .registryRateLimited, found: "\(scope.whom) limits how often we may ask: \(what)",
            expected: "an answer",
            cure: "wait, or set credentials with a higher limit for `\(scope.authority)`")
    }

    static func unavailable(_ scope: PullScope, _ what: String) -> Refusal {
        Refusal(
            scope.unavailable, found: "\(scope.whom) does not answer our question: \(what)",
            expected: "an answer", cure: "try again when the \(scope.kind) is well")
    }

    /// Neither the registry nor a mirror of it answered.
    func after(_ refusals: [(mirror: RegistryMirror, refusal: Refusal)]) -> Refusal {
        guard !refusals.isEmpty else { return self }
        let mirrors = refusals.map { "its mirror `\($0.mirror)`: \($0.refusal.found)" }
        return Refusal(
            reason, found: ([found] + mirrors).joined(separator: "; "), expected: expected, cure: cure)
    }

    static func deadlineExceeded(_ scope: PullScope) -> Refusal {
        Refusal(
            scope.late,
            found: "\(scope.whom) had not answered when the time for this decision was over",
            expected: "an answer in time", cure: "try again; what came late is kept")
    }

    static func digestMismatch(_ locator: Locator, found: String, expected: String) -> Refusal {
        Refusal(
            .digestMismatch, found: "`\(locator.repository.domain)` gives \(found)", expected: expected,
            cure: "do not pull from this registry until it is known why its content changed")
    }

    static func tooLarge(_ scope: PullScope, limit: Int) -> Refusal {
        Refusal(
            .limitExceeded, found: "\(scope.whom) gives more than \(limit) bytes",
            expected: "at most \(limit) bytes")
    }
}

extension OutboundError {
    /// `what` was asked for the sake of `scope`. `.tooLarge` has its own meaning for an object and must be dealt with
    /// before.
    func refusal(_ scope: PullScope, asking what: String) -> Refusal {
        let found = "\(what) could not be asked: \(self)"
        switch self {
        case .unreachable, .timedOut, .protocolViolation, .tooLarge, .cancelled, .circuitOpen:
            return Refusal(
                scope.unavailable, found: found, expected: "an answer", cure: "try again when the \(scope.kind) is well"
            )
        case .budgetSpent:
            return Refusal(
                .registryRateLimited, found: found, expected: "an answer",
                cure: "wait, or raise `requestsPerMinute` of that host in the configuration's `registries`")
        case .overloaded:
            return Refusal(.overloaded, found: found, expected: "an answer", cure: "try again")
        case .deadlineExceeded:
            return .deadlineExceeded(scope)
        case .tls(let host, _):
            let place = scope.inConfiguration("name its `caFile`", notary: "list `\(host)` with its `caFile`")
            return Refusal(
                .registryTLS, found: found, expected: "a certificate for that host from a trusted authority",
                cure: "if the authority is your own, \(place)")
        case .addressForbidden(let host, _):
            let place = scope.inConfiguration(
                "list it with `privateAddress: allowed`", notary: "list `\(host)` with `privateAddress: allowed`")
            return Refusal(
                .addressForbidden, found: found, expected: "a public address",
                cure: "if the host is your own, \(place)")
        case .unlistedBehindProxy(let host):
            return Refusal(
                .addressForbidden, found: found, expected: "a host that the configuration names",
                cure: scope.inConfiguration("list the host", notary: "list `\(host)`"))
        case .insecureForbidden(let host):
            let place = scope.inConfiguration(
                "list it with `insecureHTTP: true`", notary: "list `\(host)` with `insecureHTTP: true`")
            return Refusal(
                .addressForbidden, found: found, expected: "an `https` address",
                cure: "if the host has no TLS, \(place)")
        case .redirectForbidden:
            let place = scope.inConfiguration(
                "add it to `redirectTo`", notary: "add it to `redirectTo` of `\(scope.authority)`")
            return Refusal(
                .redirectForbidden, found: found, expected: "an answer, or a redirect to a host that is listed",
                cure: "if the target belongs to the \(scope.kind), \(place)")
        }
    }
}
