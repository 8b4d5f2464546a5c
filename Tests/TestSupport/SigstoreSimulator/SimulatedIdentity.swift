/// Who signs without a key of their own: what Fulcio writes into the certificate (Fulcio, `docs/oid-info.md`).
public struct SimulatedIdentity: Hashable, Sendable {
    /// Empty if the certificate is to name none.
    public var issuer: String
    public var name: GeneralName
    /// More of Fulcio's extensions by the last number of their identifier, without the issuer's (1 and 8).
    public var claims: [Int: String]

    public init(issuer: String, name: GeneralName, claims: [Int: String] = [:]) {
        (self.issuer, self.name, self.claims) = (issuer, name, claims)
    }

    /// A workflow of GitHub Actions, with every extension that there is.
    public static func githubWorkflow(
        repository: String = "acme/app", workflow: String = "release.yaml", ref: String = "refs/heads/main"
    ) -> SimulatedIdentity {
        let commit = "4a1f0c8e9d6b7a5342310fedcba9876543210abc"
        let server = "https://github.com"
        let owner = repository.prefix { $0 != "/" }
        let signer = "\(server)/\(repository)/.github/workflows/\(workflow)@\(ref)"
        return SimulatedIdentity(
            issuer: "https://token.actions.githubusercontent.com", name: .uri(signer),
            claims: [
                2: "push", 3: commit, 4: "release", 5: repository, 6: ref, 9: signer, 10: commit, 11: "github-hosted",
                12: "\(server)/\(repository)", 13: commit, 14: ref, 15: "481203", 16: "\(server)/\(owner)",
                17: "90571", 18: signer, 19: commit, 20: "push",
                21: "\(server)/\(repository)/actions/runs/77/attempts/1", 22: "private", 23: "production",
                24: "repo:\(repository):environment:production",
            ])
    }

    /// A person who signed in with an address.
    public static func person(
        _ address: String = "builder@example.com", issuer: String = "https://accounts.example.com"
    ) -> SimulatedIdentity {
        SimulatedIdentity(issuer: issuer, name: .email(address))
    }

    /// The extensions that say so: the issuer in both of its forms, then the claims by their number.
    public var extensions: [CertificateExtension] {
        let issuers = issuer.isEmpty ? [:] : [1: issuer, 8: issuer]
        let numbered = claims.merging(issuers) { claim, _ in claim }
        return numbered.sorted { $0.key < $1.key }.map { .fulcio($0.key, $0.value) }
    }

    /// The text that a policy compares.
    public var subject: String {
        switch name {
        case .email(let text), .dns(let text), .uri(let text): text
        case .other(_, let value): String(decoding: value.dropFirst(2), as: UTF8.self)
        }
    }
}
