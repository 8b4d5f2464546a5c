import ArgumentParser
import Cryptography
import Sigstore

/// Who must have signed, under the names that cosign gives its options.
struct SignerOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: "A PEM file with the public key of the signer; may be repeated, and any one will do.",
        completion: .file())
    var keys: [String] = []

    @Option(
        help: ArgumentHelp("What the issuer calls the signer, exactly: a mail address or a URI.", valueName: "identity")
    )
    var certificateIdentity: String?

    @Option(help: ArgumentHelp("The same, as a regular expression that matches all of it.", valueName: "expression"))
    var certificateIdentityRegexp: String?

    @Option(help: ArgumentHelp("Who knows the signer, exactly: the OpenID provider.", valueName: "issuer"))
    var certificateOidcIssuer: String?

    @Option(help: ArgumentHelp("The same, as a regular expression that matches all of it.", valueName: "expression"))
    var certificateOidcIssuerRegexp: String?

    @Option(help: ArgumentHelp("The name of the GitHub workflow that signed, exactly.", valueName: "name"))
    var certificateGithubWorkflowName: String?

    @Option(help: ArgumentHelp("The Git reference that the workflow ran on, exactly.", valueName: "ref"))
    var certificateGithubWorkflowRef: String?

    @Option(help: ArgumentHelp("The repository of the workflow, exactly: OWNER/REPOSITORY.", valueName: "repository"))
    var certificateGithubWorkflowRepository: String?

    @Option(help: ArgumentHelp("The commit that the workflow ran on, exactly.", valueName: "commit"))
    var certificateGithubWorkflowSha: String?

    @Option(help: ArgumentHelp("The event that started the workflow, exactly.", valueName: "event"))
    var certificateGithubWorkflowTrigger: String?

    func validate() throws {
        let subjects = [certificateIdentity, certificateIdentityRegexp].compactMap { $0 }
        let issuers = [certificateOidcIssuer, certificateOidcIssuerRegexp].compactMap { $0 }
        guard keys.isEmpty else {
            guard subjects.isEmpty, issuers.isEmpty, extensions.isEmpty else {
                throw ValidationError("--key is for signatures without a certificate: leave out --certificate-…")
            }
            return
        }
        guard subjects.count == 1, issuers.count <= 1 else { throw SignerOptions.nobody }
    }

    /// An organisation's own authorities know for themselves who is who; of others an issuer must be named.
    func validate(isOfOrganisation: Bool) throws {
        guard !keys.isEmpty || isOfOrganisation || certificateOidcIssuer != nil || certificateOidcIssuerRegexp != nil
        else { throw SignerOptions.nobody }
        guard keys.isEmpty || !isOfOrganisation else {
            throw ValidationError("--ca-roots is for certificates, and --key is for signatures without one")
        }
    }

    private static let nobody = ValidationError(
        "give --key, or one of --certificate-identity and --certificate-identity-regexp with one of "
            + "--certificate-oidc-issuer and --certificate-oidc-issuer-regexp, or with --ca-roots")

    /// What else the certificate must say.
    private var extensions: [FulcioExtension: TextPattern] {
        let given: [FulcioExtension: String?] = [
            .githubWorkflowName: certificateGithubWorkflowName, .githubWorkflowRef: certificateGithubWorkflowRef,
            .githubWorkflowRepository: certificateGithubWorkflowRepository,
            .githubWorkflowSHA: certificateGithubWorkflowSha,
            .githubWorkflowTrigger: certificateGithubWorkflowTrigger,
        ]
        return given.compactMapValues { $0.map(TextPattern.exact) }
    }

    /// Those who are believed, on that evidence.
    func believers(_ evidence: EvidenceOptions) throws -> CosignBelievers {
        do {
            guard keys.isEmpty else { return try keyHolders(evidence) }
            let root = try evidence.root()
            return try CosignBelievers(
                identities: [try identity()], evidence: evidence.evidence(certificates: true), root: root.root,
                rootSetting: root.setting)
        } catch let error as SigstoreRequirementsError {
            throw UsageError("\(error)")
        }
    }

    private func keyHolders(_ evidence: EvidenceOptions) throws -> CosignBelievers {
        let keys = try keys.map(SignerOptions.key)
        guard evidence.asksWitnesses else { return try CosignBelievers(keys: keys) }
        let root = try evidence.root()
        return try CosignBelievers(
            keys: keys, evidence: evidence.evidence(certificates: false), root: root.root, rootSetting: root.setting)
    }

    private static func key(_ file: String) throws -> PublicKey {
        guard !file.contains("://") else {
            throw UsageError("--key `\(file)` is not a file: write the public key to one, in PEM")
        }
        var stream = try ByteStream(file, name: file)
        let bytes = try stream.readAll(after: [], limit: PublicKey.maximumBytes)
        do throws(KeyError) { return try PublicKey(pem: bytes) } catch { throw UsageError("\(error)", at: file) }
    }

    private func identity() throws(UsageError) -> IdentityRule {
        let subject = try SignerOptions.pattern(
            certificateIdentity, certificateIdentityRegexp, "--certificate-identity")
        guard let subject else { throw UsageError("there is no --certificate-identity") }
        let issuer = try SignerOptions.pattern(
            certificateOidcIssuer, certificateOidcIssuerRegexp, "--certificate-oidc-issuer")
        return IdentityRule(issuer: issuer, subject: subject, extensions: extensions)
    }

    /// Nil if neither is given.
    private static func pattern(
        _ text: String?, _ expression: String?, _ option: String
    ) throws(UsageError) -> TextPattern? {
        if let text { return .exact(text) }
        guard let expression else { return nil }
        do throws(ExpressionError) { return .expression(try AnchoredExpression(expression)) } catch {
            throw UsageError("\(option)-regexp: \(error)")
        }
    }
}
