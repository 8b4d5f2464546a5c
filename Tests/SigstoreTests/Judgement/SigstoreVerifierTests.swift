import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// What is required of genuine signatures, and what they are wanted for.
@Suite struct SigstoreVerifierTests {
    private static let manifest = Array("an image manifest".utf8)

    private func sign(_ order: SigningOrder) throws -> SignedMaterial {
        var sigstore = try SigstoreSimulator()
        return try sigstore.sign(Self.manifest, order)
    }

    @Test("what was verified is told: signer, extensions, entries, times and the statement")
    func told() throws {
        let material = try sign(.bundle(predicateType: "https://slsa.dev/provenance/v1"))
        let verified = try #require(try material.judgement().verified)
        let identity = try #require(verified.identity)
        #expect(verified.signer == .identity(issuer: identity.issuer, subject: identity.subject))
        #expect(identity.subject == "https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main")
        #expect(identity.extensions[.runnerEnvironment] == "github-hosted")
        #expect(identity.extensions[.githubWorkflowRepository] == "acme/app")
        #expect(identity.extensions[.tokenSubject] == "repo:acme/app:environment:production")
        #expect(identity.extensions.count == FulcioExtension.allCases.count)
        let entry = try #require(verified.entries.first)
        #expect(entry.logName == "rekor.example")
        #expect(entry.isIncluded)
        #expect(verified.times.map(\.time) == [try #require(entry.integratedTime)])
        #expect(verified.times.map(\.source) == [.log(name: "rekor.example")])
        #expect(verified.statement?.predicateType == "https://slsa.dev/provenance/v1")
    }

    @Test("a key is told by its fingerprint, and has no certificate")
    func toldKey() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let verified = try #require(try sign(.message(by: .key(key))).judgement().verified)
        #expect(verified.signer == .key(fingerprint: key.publicKey.fingerprint))
        #expect(verified.identity == nil)
    }

    @Test("the artifact is known by its bytes or by its digest, and by no other")
    func artifacts() throws {
        for order in [SigningOrder.bundle(), .message(), .signatureLayer(), .attestationLayer()] {
            let material = try sign(order)
            let digest = Digest.sha256(of: Self.manifest)
            #expect(try material.judgement(of: SigstoreArtifact(digest: digest)).step == nil)
            #expect(try material.judgement(of: SigstoreArtifact(digest: .sha256(of: [0]))).step == .artifact)
            #expect(try material.judgement(of: SigstoreArtifact(content: [0])).step == .artifact)
        }
    }

    // MARK: - What it is wanted for

    @Test("S07, attack 4: a statement of another type is no signature, and none of the type that is demanded")
    func demands() throws {
        let provenance = "https://slsa.dev/provenance/v1"
        let attestation = try sign(.bundle(predicateType: provenance))
        func step(_ demand: SigstoreDemand) throws -> SigstoreStep? { try attestation.judgement(as: demand).step }
        #expect(try step(.signature) == .predicateType)
        #expect(try step(.attestation(predicateType: provenance)) == nil)
        #expect(try step(.attestation(predicateType: nil)) == nil)
        #expect(try step(.attestation(predicateType: provenance + "/")) == .predicateType)
        #expect(try step(.attestation(predicateType: "https://spdx.dev/Document")) == .predicateType)
        let signature = try sign(.bundle())
        #expect(try signature.judgement(as: .signature).step == nil)
        #expect(try signature.judgement(as: .attestation(predicateType: provenance)).step == .predicateType)
        for order in [SigningOrder.message(), .signatureLayer()] {
            #expect(try sign(order).judgement(as: .signature).step == nil)
            #expect(try sign(order).judgement(as: .attestation(predicateType: nil)).step == .predicateType)
        }
    }

    @Test("the name that a simple signing payload has is told, for whoever asked to judge")
    func reference() throws {
        let material = try sign(.signatureLayer(reference: "registry.example.com/other/app"))
        guard case .image(let claim) = try material.judgement().verified?.claim else {
            Issue.record("another claim")
            return
        }
        #expect(claim.dockerReference == "registry.example.com/other/app")
    }

    // MARK: - By whom

    @Test("requirements without a signer, or with a threshold below zero, are none")
    func requirements() {
        #expect(throws: SigstoreRequirementsError.noKeys) {
            try SigstoreRequirements(signers: .keys([]), evidence: SigstoreEvidence())
        }
        #expect(throws: SigstoreRequirementsError.noIdentities) {
            try SigstoreRequirements(signers: .identities([]), evidence: SigstoreEvidence())
        }
        let rule = IdentityRule(issuer: .exact("a"), subject: .exact("b"))
        for evidence in [
            SigstoreEvidence(logs: -1), SigstoreEvidence(timestamps: -1), SigstoreEvidence(certificateLogs: -1),
        ] {
            #expect(throws: SigstoreRequirementsError.negativeThreshold) {
                try SigstoreRequirements(signers: .identities([rule]), evidence: evidence)
            }
        }
    }

    @Test("any of several keys or identities is enough, and a stranger's is not")
    func several() throws {
        let (key, other) = (try PrivateKey.generate(.ecdsaP256), try PrivateKey.generate(.ecdsaP256))
        let (trusted, stranger) = (TrustedKey(key.publicKey), TrustedKey(other.publicKey))
        let keyed = try sign(.message(by: .key(key)))
        #expect(try keyed.judgement(by: .keys([stranger, trusted])).step == nil)
        #expect(try keyed.judgement(by: .keys([stranger])).step == .signature)
        let keyless = try sign(.bundle())
        let nobody = IdentityRule(issuer: .exact(GitHubWorkflow.issuer), subject: .exact("nobody"))
        func shorthand(_ owner: String) throws -> IdentityRule {
            try GitHubWorkflow(owner: owner, workflow: nil, refs: ["refs/heads/main"], runner: "github-hosted").rule()
        }
        #expect(try keyless.judgement(by: .identities([nobody, shorthand("acme")])).step == nil)
        #expect(try keyless.judgement(by: .identities([nobody])).step == .identity)
        #expect(try keyless.judgement(by: .identities([shorthand("evil")])).step == .identity)
    }

    @Test("attack 10: issuer and subject have to be right in the same rule")
    func sameRule() throws {
        let subject = "https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main"
        let rules = [
            IdentityRule(issuer: .exact("https://accounts.example.com"), subject: .exact(subject)),
            IdentityRule(issuer: .exact(GitHubWorkflow.issuer), subject: .exact("builder@example.com")),
        ]
        #expect(try sign(.bundle()).judgement(by: .identities(rules)).step == .identity)
    }

    @Test("S22: a name is an address, a URI or Fulcio's user name, and of another kind it is none")
    func kindsOfNames() throws {
        let issuer = "https://accounts.example.com"
        let text = "builder@example.com"
        let rule = IdentityRule(issuer: .exact(issuer), subject: .exact(text))
        func step(_ name: GeneralName) throws -> SigstoreStep? {
            let identity = SimulatedIdentity(issuer: issuer, name: name)
            return try sign(.bundle(by: .keyless(identity))).judgement(by: .identities([rule])).step
        }
        for name in [GeneralName.email(text), .uri(text), .username(text)] { #expect(try step(name) == nil) }
        for name in [
            GeneralName.dns(text), .other(type: "1.3.6.1.4.1.311.20.2.3", value: DER.utf8String(text)),
            .other(type: "1.3.6.1.4.1.57264.1.7", value: DER.ia5String(text)), .email("Builder@example.com"),
            .email(text + "\u{0}"), .email(""),
        ] {
            #expect(try step(name) == .identity, "\(name)")
        }
    }

    @Test("a signature by a key does not do where a certificate is asked for, and the other way round")
    func kinds() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let rule = IdentityRule(issuer: .exact(GitHubWorkflow.issuer), subject: .exact("x"))
        #expect(try sign(.bundle(by: .key(key))).judgement(by: .identities([rule])).step == .certificate)
        #expect(try sign(.bundle()).judgement(by: .keys([TrustedKey(key.publicKey)])).step == .signature)
    }

    @Test("attack 9, S26: a key that is believed at some time needs a proof of the time, and that it is in the window")
    func keyWindows() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let material = try sign(.message(by: .key(key)))
        let time = try #require(try material.judgement().verified?.times.first?.time)
        func step(_ window: ValidityWindow?, logs: Int = 1) throws -> SigstoreStep? {
            let trusted = TrustedKey(key.publicKey, validFor: window)
            return try material.judgement(by: .keys([trusted]), evidence: SigstoreEvidence(logs: logs)).step
        }
        #expect(try step(nil, logs: 0) == nil)
        #expect(try step(ValidityWindow(start: time, end: time)) == nil)
        #expect(try step(ValidityWindow(start: .earliest, end: time - .seconds(1))) == .signingTime)
        #expect(try step(ValidityWindow(start: time + .seconds(1), end: nil)) == .signingTime)
        #expect(try step(ValidityWindow(start: .earliest, end: nil), logs: 0) == .signingTime)
    }

    // MARK: - Keys

    private func bundle(_ signature: [UInt8]) throws -> SignedEntity {
        let text = #"""
            {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{}},\#
            "messageSignature":{"signature":"\#(Base64.encode(signature))"}}
            """#
        return SignedEntity(try SigstoreBundle(parsing: Array(text.utf8)))
    }

    /// Without a log.
    private func verifier(_ key: PrivateKey) throws -> SigstoreVerifier {
        SigstoreVerifier(
            root: try SigstoreTrustedRoot(
                parsing: Array(#"{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json"}"#.utf8)),
            requirements: try SigstoreRequirements(
                signers: .keys([TrustedKey(key.publicKey)]), evidence: SigstoreEvidence(logs: 0)))
    }

    @Test("an Ed25519 signature counts over the bytes, and over a digest alone it is told that it is not supported")
    func ed25519() throws {
        let key = try PrivateKey.generate(.ed25519)
        let entity = try bundle(try key.sign(Self.manifest, scheme: .ed25519))
        let verifier = try verifier(key)
        #expect(verifier.judge(entity, of: SigstoreArtifact(content: Self.manifest), as: .signature).step == nil)
        #expect(verifier.judge(entity, of: SigstoreArtifact(content: [0]), as: .signature).step == .signature)
        let digest = SigstoreArtifact(digest: .sha256(of: Self.manifest))
        guard case .refused(let refusal) = verifier.judge(entity, of: digest, as: .signature) else {
            Issue.record("it was accepted")
            return
        }
        #expect(refusal.step == .signature)
        #expect(refusal.found.contains("Ed25519ph"))
    }

    @Test(
        "a larger key signs over its own hash or, as older programs do, over SHA-256",
        arguments: [
            (KeyAlgorithm.ecdsaP384, SignatureScheme.ecdsa(.sha384)), (.ecdsaP384, .ecdsa(.sha256)),
            (.ecdsaP521, .ecdsa(.sha512)), (.ecdsaP521, .ecdsa(.sha256)),
        ])
    func schemes(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try PrivateKey.generate(algorithm)
        let entity = try bundle(try key.sign(Self.manifest, scheme: scheme))
        let judgement = try verifier(key).judge(entity, of: SigstoreArtifact(content: Self.manifest), as: .signature)
        #expect(judgement.step == nil)
    }
}
