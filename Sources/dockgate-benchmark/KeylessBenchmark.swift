import Cryptography
import OCI
import Sigstore
import TestSupport
import Trust

/// What it costs to judge a signature that somebody made without a key of their own, from the bytes of its bundle to the
/// verdict, as the public Sigstore makes them: the authority's key on P-384, all others on P-256.
enum KeylessBenchmark {
    /// The signatures that are verified in it: of the certificate by its issuer on P-384; of the artifact, the certificate's
    /// log, and the transparency log's promise and checkpoint on P-256. `openssl speed` measures them one by one.
    static let signatures = (p384: 1, p256: 4)

    /// Microseconds of processor time, the lower quartile of `rounds`: what else runs on the machine only ever adds. Throws
    /// if the signature is refused.
    static func microseconds(rounds: Int = 2000) throws -> Double {
        var sigstore = try SigstoreSimulator(issuingWith: .ecdsaP384)
        let artifact = Array("an image".utf8)
        let signed = try sigstore.sign(artifact, .message())
        guard let bundle = signed.bundle?.bytes else { throw UnexpectedRefusal() }
        let identity = SimulatedIdentity.githubWorkflow()
        let rule = IdentityRule(issuer: .exact(identity.issuer), subject: .exact(identity.subject))
        let verifier = SigstoreVerifier(
            root: try SigstoreTrustedRoot(parsing: signed.trustedRoot.bytes),
            requirements: try SigstoreRequirements(signers: .identities([rule]), evidence: SigstoreEvidence()))
        let subject = SigstoreArtifact(digest: .sha256(of: artifact))
        var times: [Double] = []
        for _ in 0..<rounds {
            let start = ProcessorTime.seconds
            let entity = SignedEntity(try SigstoreBundle(parsing: bundle))
            guard case .verified = verifier.judge(entity, of: subject, as: .any) else { throw UnexpectedRefusal() }
            times.append(ProcessorTime.seconds - start)
        }
        return times.sorted()[rounds / 4] * 1_000_000
    }
}
