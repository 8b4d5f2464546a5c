import OCI
import Outbound
import Trust

// What can go wrong with a registry, in words that name the host, what happened and what to do.
extension Refusal {
    static func denied(_ repository: Repository, _ what: String) -> Refusal {
        Refusal(
            .registryDenied, found: "`\(repository.domain)` does not let us read `\(repository.path)`: \(what)",
            expected: "to be allowed to pull",
            cure: "check the credentials for `\(repository.domain)` in the configuration's `registries`")
    }

    static func noToken(_ repository: Repository, from realm: String) -> Refusal {
        .denied(repository, "its token service at `\(realm)` answers with something that is no token")
    }

    /// There are credentials, and the token service is not one that may see them.
    static func credentialsWithheld(_ repository: Repository, from realm: String) -> Refusal {
        Refusal(
            .registryDenied,
            found:
                "`\(repository.domain)` does not let us read `\(repository.path)`: its token service is at `\(realm)`,"
                + " which was asked without credentials because it is another host",
            expected: "to be allowed to pull",
            cure:
                "if `\(realm)` may see the credentials for `\(repository.domain)`, list it under `tokenRealms` of that registry"
        )
    }

    /// There should be credentials, and the program that knows them gave none.
    static func withoutCredentials(
        _ repository: Repository, _ helper: CredentialHelper, _ error: CredentialHelperError
    ) -> Refusal {
        Refusal(
            .registryDenied,
            found:
                "`\(repository.domain)` does not let us read `\(repository.path)`, and the credential helper"
                + " `\(helper.program)` \(error)",
            expected: "to be allowed to pull",
            cure: "run `echo \(helper.server) | \(helper.program) get` as the user of the gate, with its environment")
    }

    static func rateLimited(_ repository: Repository, _ what: String) -> Refusal {
        Refusal(
            .registryRateLimited, found: "`\(repository.domain)` limits how often we may ask: \(what)",
            expected: "an answer",
            cure: "wait, or set credentials with a higher limit for `\(repository.domain)`")
    }

    static func unavailable(_ repository: Repository, _ what: String) -> Refusal {
        Refusal(
            .registryUnavailable, found: "`\(repository.domain)` does not answer our question: \(what)",
            expected: "an answer", cure: "try again when the registry is well")
    }

    /// Neither the registry nor a mirror of it answered.
    func after(_ refusals: [(mirror: RegistryMirror, refusal: Refusal)]) -> Refusal {
        guard !refusals.isEmpty else { return self }
        let mirrors = refusals.map { "its mirror `\($0.mirror)`: \($0.refusal.found)" }
        return Refusal(
            reason, found: ([found] + mirrors).joined(separator: "; "), expected: expected, cure: cure)
    }

    static func deadlineExceeded(_ repository: Repository) -> Refusal {
        Refusal(
            .deadlineExceeded,
            found: "`\(repository.domain)` had not answered when the time for this decision was over",
            expected: "an answer in time", cure: "try again; what came late is kept")
    }

    static func digestMismatch(_ locator: Locator, found: String, expected: String) -> Refusal {
        Refusal(
            .digestMismatch, found: "`\(locator.repository.domain)` gives \(found)", expected: expected,
            cure: "do not pull from this registry until it is known why its content changed")
    }

    static func tooLarge(_ locator: Locator, limit: Int) -> Refusal {
        Refusal(
            .limitExceeded, found: "`\(locator.repository.domain)` gives more than \(limit) bytes",
            expected: "at most \(limit) bytes")
    }
}

extension OutboundError {
    /// `what` was asked for the sake of `repository`. `.tooLarge` has its own meaning for an object and must be dealt with
    /// before.
    func refusal(_ repository: Repository, asking what: String) -> Refusal {
        let found = "\(what) could not be asked: \(self)"
        switch self {
        case .unreachable, .timedOut, .protocolViolation, .tooLarge, .cancelled, .circuitOpen:
            return Refusal(
                .registryUnavailable, found: found, expected: "an answer", cure: "try again when the registry is well")
        case .budgetSpent:
            return Refusal(
                .registryRateLimited, found: found, expected: "an answer",
                cure: "wait, or raise `requestsPerMinute` of that host in the configuration's `registries`")
        case .overloaded:
            return Refusal(.overloaded, found: found, expected: "an answer", cure: "try again")
        case .deadlineExceeded:
            return .deadlineExceeded(repository)
        case .tls:
            return Refusal(
                .registryTLS, found: found, expected: "a certificate for that host from a trusted authority",
                cure: "if the authority is your own, name its `caFile` in the configuration's `registries`")
        case .addressForbidden:
            return Refusal(
                .addressForbidden, found: found, expected: "a public address",
                cure:
                    "if the host is your own, list it with `privateAddress: allowed` in the configuration's `registries`"
            )
        case .unlistedBehindProxy:
            return Refusal(
                .addressForbidden, found: found, expected: "a host that the configuration names",
                cure: "list the host in the configuration's `registries`")
        case .insecureForbidden:
            return Refusal(
                .addressForbidden, found: found, expected: "an `https` address",
                cure: "if the host has no TLS, list it with `insecureHTTP: true` in the configuration's `registries`")
        case .redirectForbidden:
            return Refusal(
                .redirectForbidden, found: found, expected: "an answer, or a redirect to a host that is listed",
                cure:
                    "if the target belongs to the registry, add it to `redirectTo` in the configuration's `registries`")
        }
    }
}
