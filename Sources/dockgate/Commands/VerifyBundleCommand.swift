import ArgumentParser
import Cryptography
import Glibc
import OCI
import Sigstore
import Trust

/// The client protocol of sigstore-conformance (docs/cli_protocol.md): whether a bundle is a signature of a file or a
/// digest. Its arguments are the protocol's own.
struct VerifyBundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-bundle",
        abstract: "Verify a Sigstore bundle against a file or a digest.",
        discussion: """
            EXAMPLES
              dockgate verify-bundle --bundle app.sigstore.json --trusted-root trusted_root.json
                --certificate-identity release@acme.example --certificate-oidc-issuer https://accounts.example.com app
              dockgate verify-bundle --bundle app.sigstore.json --key release.pub --trusted-root trusted_root.json sha256:…

            Ends with 0 if it verifies and with 1 if it does not. Nothing is asked of anybody.
            """, shouldDisplay: false)

    @Option(help: "The bundle.", completion: .file())
    var bundle: String

    @Option(help: "What the issuer calls the signer, exactly.")
    var certificateIdentity: String?

    @Option(help: "Who knows the signer, exactly.")
    var certificateOidcIssuer: String?

    @Option(help: "A PEM file with the public key of the signer.", completion: .file())
    var key: String?

    @Option(help: "Whom to believe: a `trusted_root.json`.", completion: .file())
    var trustedRoot: String

    @Argument(help: "A file, or a digest.", completion: .file())
    var subject: String

    func validate() throws {
        guard (key == nil) != (certificateIdentity == nil),
            (certificateIdentity == nil) == (certificateOidcIssuer == nil)
        else {
            throw ValidationError("give --key, or --certificate-identity with --certificate-oidc-issuer")
        }
    }

    func run() throws {
        let verifier = SigstoreVerifier(root: try root(), requirements: try requirements())
        let entity: SignedEntity
        let bytes = try read(bundle, limit: SigstoreBundle.maximumBytes)
        do throws(FormatError) { entity = SignedEntity(try SigstoreBundle(parsing: bytes)) } catch {
            throw RefusedInput("\(error)", at: bundle)
        }
        switch verifier.judge(entity, of: try artifact(), as: .any) {
        case .verified(let verified): try StandardOutput.write("verified: \(verified.signer)\n".printable)
        case .refused(let refusal): throw RefusedInput("\(refusal)", at: bundle)
        }
    }

    private func root() throws -> SigstoreTrustedRoot {
        let bytes = try read(trustedRoot, limit: SigstoreTrustedRoot.maximumBytes)
        do throws(FormatError) { return try SigstoreTrustedRoot(parsing: bytes) } catch {
            throw RefusedInput("\(error)", at: trustedRoot)
        }
    }

    private func requirements() throws -> SigstoreRequirements {
        guard let key else {
            let rule = IdentityRule(
                issuer: .exact(certificateOidcIssuer ?? ""), subject: .exact(certificateIdentity ?? ""))
            return try SigstoreRequirements(signers: .identities([rule]), evidence: SigstoreEvidence())
        }
        let bytes = try read(key, limit: PublicKey.maximumBytes)
        let trusted: PublicKey
        do throws(KeyError) { trusted = try PublicKey(pem: bytes) } catch { throw RefusedInput("\(error)", at: key) }
        return try SigstoreRequirements(
            signers: .keys([TrustedKey(trusted)]), evidence: SigstoreEvidence(certificateLogs: 0))
    }

    private func artifact() throws -> SigstoreArtifact {
        if access(subject, F_OK) != 0, let digest = try? Digest(parsing: subject) {
            return SigstoreArtifact(digest: digest)
        }
        return SigstoreArtifact(content: try read(subject, limit: VerifyBundleCommand.maximumArtifactBytes))
    }

    private func read(_ file: String, limit: Int) throws -> [UInt8] {
        var stream = try ByteStream(file, name: file)
        return try stream.readAll(after: [], limit: limit)
    }

    /// The whole file is held in memory while it is hashed.
    private static let maximumArtifactBytes = 1 << 30
}
