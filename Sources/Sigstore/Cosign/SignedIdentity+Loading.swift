import OCI
import Trust

extension SignedIdentity {
    static let field = Field(
        "identity",
        .either(
            scalar: .word(words.map(\.word)),
            object: ObjectType(
                [
                    Field(
                        "exactRepository", .text("a repository"),
                        "signatures must name this repository, whatever the image's own is"),
                    Field(
                        "exactReference", .text("an image reference"),
                        "signatures must name this reference, with this tag or digest"),
                    Field(
                        "prefix", .text("a registry, with or without a path"),
                        "signatures of images below this must name what they are called below `signedPrefix`"),
                    Field(
                        "signedPrefix", .text("a registry, with or without a path"),
                        "where images below `prefix` were copied from, and signed for"),
                ],
                exactlyOneOf: [["exactRepository", "exactReference", "prefix"]],
                together: [["prefix", "signedPrefix"]])),
        """
        which name signatures must be for; `repository` (the default): the image's own repository; `ignore`: any. Bundles, \
        as cosign 3 makes them, have no name: they do for these two and for `prefix`, and never for an exact name; for \
        attestations it makes no difference
        """)

    private static let words: [(word: String, identity: SignedIdentity)] = [
        ("repository", .repository), ("ignore", .ignore),
    ]

    /// The default if there is no value.
    init(_ value: FieldValue?) throws(FieldProblems) {
        guard let value else {
            self = .repository
            return
        }
        if let field = value["exactRepository"] {
            self = .exactRepository(try SignedIdentity.read(field, "exactRepository", Repository.init))
        } else if let field = value["exactReference"] {
            self = .exactReference(try SignedIdentity.reference(field))
        } else if let prefix = value["prefix"], let signedPrefix = value["signedPrefix"] {
            self = .moved(
                prefix: try SignedIdentity.read(prefix, "prefix", RepositoryPrefix.init),
                signedPrefix: try SignedIdentity.read(signedPrefix, "signedPrefix", RepositoryPrefix.init))
        } else {
            self = try SignedIdentity.word(value)
        }
    }

    private static func word(_ value: FieldValue) throws(FieldProblems) -> SignedIdentity {
        let text = value.text ?? ""
        if let known = words.first(where: { $0.word.utf8.elementsEqual(text.utf8) }) { return known.identity }
        let expected = words.map { "`\($0.word)`" }.joined(separator: " or ")
        throw FieldProblems(FieldProblem("expected \(expected) in `identity`", at: value.position))
    }

    private static func reference(_ value: FieldValue) throws(FieldProblems) -> ImageReference {
        let reference = try read(value, "exactReference", ImageReference.init)
        guard isVersioned(reference.original) else {
            throw FieldProblems(
                FieldProblem(
                    "`exactReference` has neither a tag nor a digest: write one, or `exactRepository` for all of them",
                    at: value.position))
        }
        return reference
    }

    private static func read<Name>(
        _ value: FieldValue, _ field: String, _ parse: (String) throws(ReferenceError) -> Name
    ) throws(FieldProblems) -> Name {
        do throws(ReferenceError) { return try parse(value.text ?? "") } catch {
            throw FieldProblems(FieldProblem("`\(field)` is invalid: \(error)", at: value.position))
        }
    }

    /// The rule in one text, for the fingerprint of an attestor; no two rules share one.
    var setting: String {
        switch self {
        case .repository: "repository"
        case .ignore: "ignore"
        case .exactRepository(let repository): "exactRepository \(repository)"
        case .exactReference(let reference): "exactReference \(reference)"
        case .moved(let prefix, let signedPrefix): "prefix \(prefix) signedPrefix \(signedPrefix)"
        }
    }
}
