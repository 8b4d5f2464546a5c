import Testing
import Trust

@testable import Sigstore

/// Whether a certificate is of whom a policy believes.
@Suite struct IdentityRuleTests {
    private static let workflow = "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main"

    private func identity(
        issuer: String = GitHubWorkflow.issuer, subject: String = workflow,
        _ changes: [FulcioExtension: String?] = [:]
    ) -> CertificateIdentity {
        var extensions: [FulcioExtension: String] = [
            .sourceRepositoryOwnerURI: "https://github.com/acme", .sourceRepositoryRef: "refs/heads/main",
            .runnerEnvironment: "github-hosted",
        ]
        for (name, value) in changes { extensions[name] = value }
        return CertificateIdentity(issuer: issuer, subject: subject, extensions: extensions)
    }

    private func shorthand(
        owner: String = "acme", workflow: String? = "acme/ci/.github/workflows/build.yml",
        refs: [String] = ["refs/heads/main"], runner: String? = "github-hosted"
    ) throws -> IdentityRule {
        try GitHubWorkflow(owner: owner, workflow: workflow, refs: refs, runner: runner).rule()
    }

    @Test("issuer, subject and every extension have to match, and the first that does not is named")
    func all() throws {
        let rule = IdentityRule(
            issuer: .exact(GitHubWorkflow.issuer),
            subject: try TextPattern("https://github.com/acme/ci/*/workflows/*@refs/heads/main"),
            extensions: [.runnerEnvironment: .exact("github-hosted")])
        #expect(rule.mismatch(of: identity()) == nil)
        #expect(rule.mismatch(of: identity(issuer: "https://evil.example"))?.field == "issuer")
        #expect(rule.mismatch(of: identity(subject: "https://github.com/evil/ci"))?.field == "subject")
        #expect(rule.mismatch(of: identity([.runnerEnvironment: "self-hosted"]))?.field == "runnerEnvironment")
        #expect(rule.mismatch(of: identity([.runnerEnvironment: Optional<String>.none]))?.found == nil)
        #expect(rule.mismatch(of: identity([.runnerEnvironment: Optional<String>.none]))?.field == "runnerEnvironment")
    }

    @Test("S22: a subject that differs in case or in an escape is another one")
    func bytes() throws {
        let rule = IdentityRule(issuer: .exact("https://accounts.example.com"), subject: .exact("release@acme.com"))
        func mismatch(_ subject: String) -> String? {
            rule.mismatch(of: identity(issuer: "https://accounts.example.com", subject: subject))?.field
        }
        #expect(mismatch("release@acme.com") == nil)
        for subject in [
            "Release@acme.com", "release@acme%2ecom", "release@acme.com ", "", "rele\u{61}\u{301}se@acme.com",
        ] {
            #expect(mismatch(subject) == "subject")
        }
    }

    @Test("a rule that leaves the owner, the host or the mail domain open believes an outsider")
    func outsider() throws {
        let (github, google) = (GitHubWorkflow.issuer, "https://accounts.google.com")
        let open = [
            (github, "https://github\\.com/[^/]+/app/\\.github/.*"), (github, "https://github.com/(acme|.*)/ci/.*"),
            (github, "https://.*/acme/app"), (google, ".*@.*"), (google, "[a-z]+@gmail\\.com"), (google, ".+"),
            (github, "https://github.com/\\w+/a{3}(x+)?"),
        ]
        for (issuer, expression) in open {
            let subject = TextPattern.expression(try AnchoredExpression(expression))
            let found = IdentityRule(issuer: .exact(issuer), subject: subject).outsider
            guard let found, case Signer.identity(_, let name) = found else {
                Issue.record("\(expression) is not told")
                continue
            }
            #expect(subject.matches(name))
        }
        let closed = [
            (github, "https://github\\.com/acme/.*"), (github, "https://github.com/(acme|other)/ci/.*"),
            (google, "(release|build)@acme\\.example"), (google, ".*@acme\\.example"),
            ("https://accounts.acme.example", ".*@.*"), (github, "https://github.com/acme/a@[0-9]+"),
        ]
        for (issuer, expression) in closed {
            let subject = TextPattern.expression(try AnchoredExpression(expression))
            #expect(IdentityRule(issuer: .exact(issuer), subject: subject).outsider == nil, "\(expression)")
        }
        #expect(try shorthand().outsider == nil)
        #expect(try shorthand(workflow: "stranger/ci/.github/workflows/build.yml").outsider == nil)
    }

    @Test("S24, attack 10: an expression without anchors does not find its text inside of another's")
    func anchored() throws {
        let rule = IdentityRule(
            issuer: .exact(GitHubWorkflow.issuer), subject: .expression(try AnchoredExpression("github.com/acme.*")))
        #expect(rule.mismatch(of: identity(subject: "https://evil/github.com/acme"))?.field == "subject")
        let gmail = IdentityRule(
            issuer: .exact(GitHubWorkflow.issuer),
            subject: .expression(try AnchoredExpression(#"your\.name@gmail\.com"#)))
        #expect(gmail.mismatch(of: identity(subject: "your.name@gmail.com.attacker.com"))?.field == "subject")
    }

    @Test("the shorthand accepts the workflow of the owner on its ref and runner")
    func shorthandAccepts() throws {
        #expect(try shorthand().mismatch(of: identity()) == nil)
        #expect(try shorthand(workflow: nil, refs: [], runner: nil).mismatch(of: identity()) == nil)
        #expect(try shorthand(refs: ["refs/tags/v*", "refs/heads/*"]).mismatch(of: identity()) == nil)
        #expect(
            try shorthand(refs: []).mismatch(
                of: identity(subject: "https://github.com/acme/ci/.github/workflows/build.yml@9f6d9dc1bfc0")) == nil)
    }

    @Test("the shorthand refuses each single fact that differs")
    func shorthandRefuses() throws {
        func field(_ identity: CertificateIdentity) throws -> String? { try shorthand().mismatch(of: identity)?.field }
        #expect(try field(identity(issuer: "https://token.actions.githubusercontent.com.evil")) == "issuer")
        for subject in [
            "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/evil",
            "https://github.com/acme/ci/.github/workflows/buildXyml@refs/heads/main",
            "https://github.com/evil/ci/.github/workflows/build.yml@refs/heads/main",
            "https://github.com/acme/ci/.github/workflows/build.yml@refs/heads/main@refs/heads/main",
            "https://github-com/acme/ci/.github/workflows/build.yml@refs/heads/main",
        ] {
            #expect(try field(identity(subject: subject)) == "subject")
        }
        #expect(
            try field(identity([.sourceRepositoryOwnerURI: "https://github.com/acme2"])) == "sourceRepositoryOwnerURI")
        #expect(try field(identity([.sourceRepositoryRef: "refs/heads/evil"])) == "sourceRepositoryRef")
        #expect(try field(identity([.sourceRepositoryRef: Optional<String>.none])) == "sourceRepositoryRef")
        #expect(try field(identity([.runnerEnvironment: "self-hosted"])) == "runnerEnvironment")
        let anyWorkflow = try shorthand(workflow: nil)
        let strangers = "https://github.com/stranger/ci/.github/workflows/build.yml@refs/heads/main"
        #expect(anyWorkflow.mismatch(of: identity(subject: strangers))?.field == "subject")
        #expect(
            try shorthand(workflow: "stranger/ci/.github/workflows/build.yml").mismatch(
                of: identity(subject: strangers)) == nil)
        #expect(
            anyWorkflow.mismatch(
                of: identity(subject: "https://github.com/x/y/.github/workflows/b.yml@refs/heads/evil"))?
                .field == "subject")
        let tags = try shorthand(refs: ["refs/tags/*"])
        #expect(
            tags.mismatch(
                of: identity(subject: "https://github.com/acme/ci/.github/workflows/build.yml@refs/tags/a/b"))?
                .field == "subject")
    }

    @Test("a shorthand that GitHub cannot mean is refused by the field")
    func malformedShorthand() {
        #expect(throws: GitHubWorkflowError.owner("a/b")) { try shorthand(owner: "a/b") }
        #expect(throws: GitHubWorkflowError.owner("*")) { try shorthand(owner: "*") }
        #expect(throws: GitHubWorkflowError.workflow("build.yml")) { try shorthand(workflow: "build.yml") }
        #expect(throws: GitHubWorkflowError.workflow("acme/ci/.github/workflows/*")) {
            try shorthand(workflow: "acme/ci/.github/workflows/*")
        }
        #expect(throws: GitHubWorkflowError.ref("main")) { try shorthand(refs: ["main"]) }
        #expect(throws: GitHubWorkflowError.ref("refs/**")) { try shorthand(refs: ["refs/**"]) }
        #expect(throws: GitHubWorkflowError.runner("mine")) { try shorthand(runner: "mine") }
    }
}
