import Trust

extension IdentityRule {
    /// Somebody whom the rule believes although anybody can become that one: by opening an account where everybody can, under
    /// a name that the rule leaves open. Nil if none was found; patterns are tried with some texts that fit them, so an
    /// unusual expression may hide one.
    var outsider: Signer? {
        guard let issuer = publicIssuer, !bindsSource else { return nil }
        let subject = subjects.lazy.flatMap(\.examples).first { $0.isOpenToAnybody && accepts($0) }
        return subject.map { .identity(issuer: issuer, subject: $0) }
    }

    /// Issuers that know whoever opens an account with them.
    private static let publicIssuers = [
        GitHubWorkflow.issuer, "https://gitlab.com", "https://accounts.google.com", "https://github.com/login/oauth",
        "https://login.microsoftonline.com", "https://oauth2.sigstore.dev/auth", "https://agent.buildkite.com",
    ]

    private var publicIssuer: String? {
        // Nobody but an organisation's own authority knows its people.
        guard let issuer else { return nil }
        return IdentityRule.publicIssuers.first(where: issuer.matches)
    }

    private func accepts(_ subject: String) -> Bool { subjects.contains { $0.matches(subject) } }

    /// Whether whatever ran had to build a certain owner's sources.
    private var bindsSource: Bool {
        let names: [FulcioExtension] = [
            .sourceRepositoryOwnerURI, .sourceRepositoryURI, .sourceRepositoryOwnerIdentifier,
            .sourceRepositoryIdentifier, .githubWorkflowRepository,
        ]
        return names.contains { name in
            guard let patterns = extensions[name] else { return false }
            return patterns.flatMap(\.examples).allSatisfy { value in
                name == .githubWorkflowRepository
                    ? !value.prefix { $0 != "/" }.contains(anybody) : !value.isOpenToAnybody && !value.isNothingButOpen
            }
        }
    }
}

/// What stands in the example of a pattern where the pattern takes anything.
private let anybody = "outsider"

extension String {
    /// Whether it is the name of an account, or of something below it, that anybody can open.
    fileprivate var isOpenToAnybody: Bool {
        if let at = utf8.lastIndex(of: UInt8(ascii: "@")), !contains("://") {
            let (mailbox, domain) = (self[..<at], self[index(after: at)...])
            return domain.contains(anybody) || mailbox.contains(anybody) && domain.isPublicMailDomain
        }
        guard let scheme = firstRange(of: "://") else { return isNothingButOpen }
        let parts = self[scheme.upperBound...].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard let host = parts.first else { return false }
        let isPublic = ["github.com", "gitlab.com"].contains { host.utf8.elementsEqual($0.utf8) }
        return host.contains(anybody) || isPublic && parts.count > 1 && parts[1].contains(anybody)
    }

    fileprivate var isNothingButOpen: Bool { utf8.elementsEqual(anybody.utf8) }
}

extension Substring {
    /// Where anybody gets an address.
    fileprivate var isPublicMailDomain: Bool {
        let domains = [
            "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com",
            "proton.me", "gmx.de", "users.noreply.github.com",
        ]
        return domains.contains { utf8.elementsEqual($0.utf8) }
    }
}

extension TextPattern {
    /// Texts that it matches, with the name of an outsider where it takes one.
    fileprivate var examples: [String] {
        switch self {
        case .exact(let text): [text]
        case .segments(let pattern): [pattern.example(with: anybody)].filter(pattern.matches)
        case .expression(let expression): expression.examples(with: anybody).filter(expression.matches)
        }
    }
}
