import Trust

// How a refusal names whom we asked, and what would have to be set for it.
extension PullScope {
    /// As the configuration names it, without the port that the scheme implies.
    var authority: String {
        switch host {
        case .registry(let domain): domain
        case .notary(let authority, _): authority
        }
    }

    var kind: String {
        switch host {
        case .registry: "registry"
        case .notary: "notary server"
        }
    }

    /// The beginning of a sentence about whom we asked.
    var whom: String {
        switch host {
        case .registry: "`\(authority)`"
        case .notary: "the notary server `\(authority)`"
        }
    }

    /// The beginning of a sentence about what we asked for.
    var asked: String {
        switch host {
        case .registry: "`\(authority)/\(name)`"
        case .notary: "\(whom) of `\(name)`"
        }
    }

    /// The beginning of a sentence about who gives out tokens.
    var tokenService: String {
        switch host {
        case .registry: "its token service"
        case .notary: "the token service of \(whom)"
        }
    }

    /// Why nothing is known if the host is down.
    var unavailable: ReasonCode {
        switch host {
        case .registry: .registryUnavailable
        case .notary: .trustServerUnavailable
        }
    }

    /// Why nothing is known if the host had not answered in time.
    var late: ReasonCode {
        switch host {
        case .registry: .deadlineExceeded
        case .notary: .trustServerUnavailable
        }
    }

    var credentialsCure: String {
        guard let entry else { return "list `\(authority)` with its credentials in the configuration's `registries`" }
        return "check the credentials for `\(entry)` in the configuration's `registries`"
    }

    /// What to do about a host in the configuration: a registry of which there is an error mostly has an entry there, a notary
    /// server seldom has one.
    func inConfiguration(_ advice: String, notary named: String) -> String {
        switch host {
        case .registry: "\(advice) in the configuration's `registries`"
        case .notary: "\(named) in the configuration's `registries`"
        }
    }
}
