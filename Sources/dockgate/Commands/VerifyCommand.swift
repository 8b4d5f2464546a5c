public import ArgumentParser
import OCI
import Sigstore
public import Trust

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the signatures or the attestations of one image, without a policy.",
        discussion: """
            EXAMPLES
              dockgate verify --key release.pub --insecure-ignore-tlog example.com/cart:1.2
              dockgate verify --key release.pub --trusted-root trusted_root.json
                --type slsaprovenance1 registry.example.com/cart:1.2
              dockgate verify --trusted-root trusted_root.json
                --certificate-oidc-issuer https://token.actions.githubusercontent.com
                --certificate-identity-regexp 'https://github\\.com/acme/cart/.*'
                registry.example.com/cart:1.2
              dockgate verify --ca-roots roots.pem --insecure-ignore-tlog
                --timestamp-certificate-chain tsa.pem
                --certificate-identity release@acme.example
                registry.example.com/cart:1.2

            The options are those of `cosign verify`, and of `cosign verify-attestation` with --type. A tag is resolved \
            once; signatures are looked for and judged as the gate does it for an attestor that says the same. Nothing is \
            asked of anybody but the registry. Ends with 0 if the image is verified, 1 if it is not, 3 if it could not be \
            looked at.
            """)

    @OptionGroup var image: ImageOptions

    @Option(
        help: ArgumentHelp(
            "Verify attestations, of this type: a URI, or one of cosign's words, such as slsaprovenance1 or spdxjson.",
            valueName: "type"))
    var type: String?

    @Option(help: "The name that signatures must be for, if they have one: repository (the image's own) or ignore.")
    var signedName = SignedName.repository

    @Option(help: "What of an image for several platforms they must be about: its index, each platform, or either.")
    var signedManifest = SignedManifest.index

    @Flag(help: "End as cosign does: 10 without signatures, 11 without the image, 12 if none fits, 1 otherwise.")
    var cosignExitCodes = false

    @OptionGroup(title: "The signer") var signer: SignerOptions
    @OptionGroup(title: "The evidence") var evidence: EvidenceOptions
    @OptionGroup(title: "The registry") var registry: RegistryOptions
    @OptionGroup(title: "The report") var output: OutputOptions

    enum SignedName: String, ExpressibleByArgument, CaseIterable {
        case repository, ignore

        var identity: SignedIdentity {
            switch self {
            case .repository: .repository
            case .ignore: .ignore
            }
        }
    }

    func validate() throws {
        let isByKey = !signer.keys.isEmpty
        try signer.validate(isOfOrganisation: evidence.caRoots != nil)
        guard evidence.trustedRoot != nil || evidence.caRoots != nil || (isByKey && !evidence.asksWitnesses) else {
            throw ValidationError(
                "give --trusted-root: whose logs and authorities are believed"
                    + (isByKey ? ", or --insecure-ignore-tlog, which asks none of them" : ""))
        }
        guard !isByKey || !evidence.insecureIgnoreSct else {
            throw ValidationError("--insecure-ignore-sct is for certificates, and --key is for signatures without one")
        }
    }

    func run() async throws {
        let reference = try image.reference()
        let attestor = CosignAttestor(
            believing: try signer.believers(evidence), identity: signedName.identity,
            signatureRepository: try image.repository(), signed: signedManifest)
        let predicateType = try predicateType()
        for warning in evidence.warnings { StandardError.write(warning) }
        let verdict = try await registry.asking { questions in
            await ImageVerdict(on: reference, by: attestor, predicateType: predicateType, asking: questions)
        }
        switch output.format {
        case .table: try StandardOutput.write(verdict.facts.text)
        case .json: try StandardOutput.write(json: verdict.json)
        }
        if let outcome = cosignExitCodes ? verdict.outcomeOfCosign : verdict.outcome { throw outcome }
    }

    private func predicateType() throws(UsageError) -> String? {
        guard let type else { return nil }
        guard let uri = PredicateType.uri(named: type) else {
            throw UsageError("--type `\(type)` is neither a URI nor a word of cosign's, such as `slsaprovenance1`")
        }
        return uri
    }
}

extension SignedManifest: ExpressibleByArgument {}
