import Cryptography
import OCI
public import Trust

/// The attestor format `cosign`: signatures and attestations by public keys, by identities that an authority such as Fulcio
/// put into short-lived certificates, or by holders of certificates of an organisation's own authority, as cosign of any age
/// makes them.
///
///     cosign:
///       keys: [{file: release.pub}]
///       transparencyLog: notRequired
///
///     cosign:
///       keyless:
///         trustedRoot: {file: trusted_root.json}
///         identities:
///           - issuer: https://token.actions.githubusercontent.com
///             subject: https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*
public struct CosignFormat: AttestorFormat {
    public let name = "cosign"
    public let summary = """
        signatures and attestations made with cosign, by keys, identities or certificates: bundles that refer to the image, and what \
        lies under the tags `sha256-….sig` and `sha256-….att`
        """

    public init() {}

    public var fields: ObjectType {
        ObjectType(
            [
                CosignKeys.field,
                CosignKeys.logField,
                CosignKeyless.field,
                CosignCertificates.field,
                Field(
                    "repository", .text("a repository"),
                    "the repository that holds the signatures, if they are not beside the image (COSIGN_REPOSITORY)"),
                SignedIdentity.field,
                SignedManifest.field,
            ], exactlyOneOf: [["keys", "keyless", "certificates"]])
    }

    /// Throws what is wrong with keys, identities, trusted roots and repository, each where it is written.
    public func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> any Attestor {
        var problems: [FieldProblem] = []
        let believers = believers(fields, from: materials, &problems)
        let repository = loadRepository(fields["repository"], &problems)
        let identity = loadIdentity(fields["identity"], &problems)
        guard let believers, problems.isEmpty else {
            throw FieldProblems(problems)
                ?? FieldProblems(FieldProblem("expected `keys`, `keyless` or `certificates`", at: fields.position))
        }
        return CosignAttestor(
            believing: believers, identity: identity, signatureRepository: repository,
            signed: fields["subject"]?.text.flatMap(SignedManifest.init) ?? .index)
    }

    private func believers(
        _ fields: FieldValue, from materials: any MaterialSource, _ problems: inout [FieldProblem]
    ) -> CosignBelievers? {
        do {
            if let keyless = fields["keyless"] {
                if let log = fields["transparencyLog"] {
                    problems.append(
                        FieldProblem(
                            "`transparencyLog` goes with `keys` and `certificates`; what `keyless` asks of logs is its `evidence`",
                            at: log.position))
                }
                return try CosignKeyless.load(keyless, from: materials)
            }
            return fields["certificates"] == nil
                ? try CosignKeys.load(fields, from: materials) : try CosignCertificates.load(fields, from: materials)
        } catch {
            problems += error.problems
            return nil
        }
    }

    private func loadRepository(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> Repository? {
        guard let value else { return nil }
        let text = value.text ?? ""
        do { return try Repository(parsing: text) } catch {
            problems.append(FieldProblem("`repository` is invalid: \(error)", at: value.position))
            return nil
        }
    }

    private func loadIdentity(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> SignedIdentity {
        do { return try SignedIdentity(value) } catch {
            problems += error.problems
            return .repository
        }
    }
}
