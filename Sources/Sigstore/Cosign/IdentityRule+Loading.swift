import Trust

extension IdentityRule {
    static let type = ObjectType(
        [
            Field("issuer", .text("a URL, or a pattern with `*`"), "who knows the signer: the OpenID provider"),
            Field("issuerRegex", .text("a regular expression"), "the same, as an expression that matches all of it"),
            Field(
                "subject", .text("a name, or a pattern with `*`"),
                "what the issuer calls the signer: a mail address or a URI; `*` stays inside a segment"),
            Field("subjectRegex", .text("a regular expression"), "the same, as an expression that matches all of it"),
            Field(
                "extensions", .dictionary(key: "the name of an extension", value: "a text, or a pattern with `*`"),
                "what else the certificate must say, by the names that Fulcio gives it, such as `sourceRepositoryURI`"),
            Field(
                "github",
                .object(
                    ObjectType([
                        Field(
                            "owner", .text("an organisation or a person"), required: true,
                            "whose repository must have been built"),
                        Field(
                            "workflow", .text("`OWNER/REPOSITORY/.github/workflows/FILE`"),
                            "the workflow that must have run; any of that owner if it is absent"),
                        Field(
                            "refs", .list(.text("a Git reference, or a pattern with `*`")),
                            "which refs, of the workflow and of what was built; any if it is absent"),
                        Field(
                            "runner", .word(["github-hosted", "self-hosted"]),
                            "on whose machines; any if it is absent"),
                    ])), "a workflow of GitHub Actions, in place of issuer and subject"),
        ], exactlyOneOf: [["subject", "subjectRegex", "github"]])

    init(_ fields: FieldValue) throws(FieldProblems) {
        if let github = fields["github"] {
            for name in ["issuer", "issuerRegex", "extensions"] {
                guard let other = fields[name] else { continue }
                throw FieldProblems(
                    FieldProblem(
                        "`\(name)` beside `github`, which says it already: remove one of them", at: other.position))
            }
            self = try IdentityRule.github(github)
            return
        }
        guard (fields["issuer"] == nil) != (fields["issuerRegex"] == nil) else {
            throw FieldProblems(
                FieldProblem(
                    "expected one of `issuer` and `issuerRegex`: the same subject by another issuer is somebody else",
                    at: fields.position))
        }
        self.init(
            issuer: try IdentityRule.pattern(fields, text: "issuer", expression: "issuerRegex"),
            subject: try IdentityRule.pattern(fields, text: "subject", expression: "subjectRegex"),
            extensions: try IdentityRule.extensions(fields["extensions"]))
        guard !acceptsAnybody else {
            throw FieldProblems(
                FieldProblem(
                    "every issuer and every subject is accepted, so anybody could sign: write whose signatures are believed",
                    at: fields.position))
        }
    }

    /// Whether somebody is believed whom nobody can have meant, by an issuer that does not exist.
    var acceptsAnybody: Bool {
        let nobody = ["nobody@anywhere.invalid", "https://anywhere.invalid/nobody"]
        return extensions.isEmpty && issuer?.matches("https://anywhere.invalid") != false
            && nobody.allSatisfy { name in subjects.contains { $0.matches(name) } }
    }

    private static func extensions(
        _ value: FieldValue?
    ) throws(FieldProblems) -> [FulcioExtension: TextPattern] {
        var extensions: [FulcioExtension: TextPattern] = [:]
        var problems: [FieldProblem] = []
        for (key, value) in value?.entries ?? [] {
            let name = key.text ?? ""
            guard let known = FulcioExtension.allCases.first(where: { $0.rawValue.isSpelled(name) }) else {
                let hint = FulcioExtension.allCases.map(\.rawValue).nearest(to: name).map { ", did you mean `\($0)`?" }
                problems.append(FieldProblem("there is no extension `\(name.quoted)`\(hint ?? "")", at: key.position))
                continue
            }
            do { extensions[known] = try pattern(value, known.rawValue) } catch { problems += error.problems }
        }
        if let problems = FieldProblems(problems) { throw problems }
        return extensions
    }

    private static func github(_ fields: FieldValue) throws(FieldProblems) -> IdentityRule {
        let workflow: GitHubWorkflow
        do throws(GitHubWorkflowError) {
            workflow = try GitHubWorkflow(
                owner: fields["owner"]?.text ?? "", workflow: fields["workflow"]?.text,
                refs: fields["refs"]?.elements.compactMap(\.text) ?? [], runner: fields["runner"]?.text)
        } catch {
            let place = error.place(in: fields) ?? fields
            throw FieldProblems(FieldProblem("\(error)", at: place.position))
        }
        do throws(ExpressionError) { return try workflow.rule() } catch {
            throw FieldProblems(FieldProblem("`github` is too large: \(error)", at: fields.position))
        }
    }

    private static func pattern(
        _ fields: FieldValue, text: String, expression: String
    ) throws(FieldProblems) -> TextPattern {
        if let value = fields[text] { return try pattern(value, text) }
        guard let value = fields[expression] else {
            throw FieldProblems(FieldProblem("expected `\(text)` or `\(expression)`", at: fields.position))
        }
        do { return .expression(try AnchoredExpression(value.text ?? "")) } catch {
            throw FieldProblems(FieldProblem("`\(expression)` is invalid: \(error)", at: value.position))
        }
    }

    private static func pattern(_ value: FieldValue, _ name: String) throws(FieldProblems) -> TextPattern {
        do { return try TextPattern(value.text ?? "") } catch {
            throw FieldProblems(FieldProblem("`\(name)` is invalid: \(error)", at: value.position))
        }
    }

    /// The rule in one text, for the fingerprint of an attestor; no two rules share one.
    var setting: String {
        let parts =
            [("issuer", [issuer].compactMap(\.self)), ("subject", subjects)]
            + FulcioExtension.allCases.compactMap { name in extensions[name].map { (name.rawValue, $0) } }
        return parts.map { name, patterns in ([name] + patterns.map(\.setting)).framed }.framed
    }

    /// "`release@acme.example` as `https://accounts.example.com` knows it".
    var phrase: String {
        let subject = subjects.map { "`\($0)`" }.joined(separator: " or ")
        let more = FulcioExtension.allCases.compactMap { name in
            extensions[name].map { ", \(name.rawValue) \($0.map { "`\($0)`" }.joined(separator: " or "))" }
        }
        let witness = issuer.map { "as `\($0)` knows it" } ?? "as its certificate has it"
        return "\(subject) \(witness)" + more.joined()
    }
}

extension TextPattern {
    /// With its kind, since the same characters mean something else in each.
    fileprivate var setting: String {
        switch self {
        case .exact(let text): "= \(text)"
        case .segments(let pattern): "* \(pattern)"
        case .expression(let expression): "/ \(expression)"
        }
    }
}

extension GitHubWorkflowError {
    /// Where it is written.
    fileprivate func place(in fields: FieldValue) -> FieldValue? {
        switch self {
        case .owner: fields["owner"]
        case .workflow: fields["workflow"]
        case .ref(let ref): fields["refs"]?.elements.first { $0.text?.isSpelled(ref) == true }
        case .runner: fields["runner"]
        }
    }
}
