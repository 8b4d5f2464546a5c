import Trust

/// Identities of GitHub Actions in few words: whose repositories, which workflow, on which refs, on whose machines.
///
///     github: {owner: acme, workflow: acme/ci/.github/workflows/build.yml, refs: [refs/heads/main], runner: github-hosted}
public struct GitHubWorkflow: Hashable, Sendable {
    /// The organisation or person that has the repository whose workflow ran.
    public let owner: String
    /// `owner/repository/.github/workflows/file`; nil for any of the owner's: one that a stranger keeps
    /// has to be named.
    public let workflow: String?
    /// Each a ref or a pattern in which `*` stands for characters of one segment; empty for any.
    public let refs: [String]
    /// `github-hosted` or `self-hosted`; nil for both.
    public let runner: String?

    public static let issuer = "https://token.actions.githubusercontent.com"

    /// Throws what is not as GitHub has it, by the name of the field.
    public init(owner: String, workflow: String?, refs: [String], runner: String?) throws(GitHubWorkflowError) {
        (self.owner, self.workflow, self.refs, self.runner) = (owner, workflow, refs, runner)
        guard GitHubWorkflow.isName(owner) else { throw .owner(owner) }
        if let workflow, !GitHubWorkflow.isWorkflow(workflow) { throw .workflow(workflow) }
        for ref in refs where !GitHubWorkflow.isRef(ref) { throw .ref(ref) }
        if let runner, !["github-hosted", "self-hosted"].contains(where: runner.isSpelled) { throw .runner(runner) }
    }

    /// The same as a rule.
    ///
    /// `refs` bind the ref of the workflow, which is in the certificate's subject, and the ref of the source that was built:
    /// one of them alone would leave either what ran or what was built to whoever may push a branch.
    public func rule() throws(ExpressionError) -> IdentityRule {
        var extensions: [FulcioExtension: [TextPattern]] = [
            .sourceRepositoryOwnerURI: [.exact("https://github.com/\(owner)")]
        ]
        if let runner { extensions[.runnerEnvironment] = [.exact(runner)] }
        if !refs.isEmpty {
            var patterns: [TextPattern] = []
            for ref in refs { patterns.append(.expression(try AnchoredExpression(GitHubWorkflow.expression(ref)))) }
            extensions[.sourceRepositoryRef] = patterns
        }
        return IdentityRule(issuer: .exact(GitHubWorkflow.issuer), subjects: try subjects(), extensions: extensions)
    }

    private func subjects() throws(ExpressionError) -> [TextPattern] {
        let anyOfOwner = GitHubWorkflow.expression(owner) + #"/[^/@]+/\.github/workflows/[^/@]+"#
        let path = workflow.map(GitHubWorkflow.expression) ?? anyOfOwner
        // Without refs any ref, and, of a workflow that is called by commit, any commit.
        let refs = refs.isEmpty ? ["[^@]+"] : refs.map(GitHubWorkflow.expression)
        var subjects: [TextPattern] = []
        for ref in refs {
            subjects.append(.expression(try AnchoredExpression(#"https://github\.com/"# + path + "@" + ref)))
        }
        return subjects
    }

    /// A text as the expression that matches it, with `*` for characters of one segment.
    private static func expression(_ text: String) -> String {
        var expression = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "*": expression += "[^/]*"
            case "A"..."Z", "a"..."z", "0"..."9", "/", "_", "-", "@": expression.unicodeScalars.append(scalar)
            default: expression += "\\" + String(scalar)
            }
        }
        return expression
    }

    private static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.utf8.allSatisfy(isNameCharacter)
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".-_".utf8.contains(byte)
    }

    private static func isWorkflow(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return text.utf8.count <= 512 && parts.count == 5 && parts[2].elementsEqual(".github".utf8)
            && parts[3].elementsEqual("workflows".utf8)
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isNameCharacter) }
    }

    private static func isRef(_ text: String) -> Bool {
        text.utf8.starts(with: "refs/".utf8) && (6...512).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.utf8.contains(UInt8(ascii: "\\"))
            && (try? SegmentPattern(text)) != nil
    }
}

/// What of the shorthand is not as GitHub has it.
public enum GitHubWorkflowError: Error, Hashable, Sendable, CustomStringConvertible {
    case owner(String)
    case workflow(String)
    case ref(String)
    case runner(String)

    public var description: String {
        switch self {
        case .owner(let text):
            "`\(text.quoted)` is no owner, expected the name of an organisation or a person on GitHub"
        case .workflow(let text):
            "`\(text.quoted)` is no workflow, expected `OWNER/REPOSITORY/.github/workflows/FILE`"
        case .ref(let text): "`\(text.quoted)` is no ref, expected one such as `refs/heads/main` or `refs/tags/v*`"
        case .runner(let text): "`\(text.quoted)` is no runner, expected `github-hosted` or `self-hosted`"
        }
    }
}
