import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// An image whose only signature is wrong in one fact, asked about as the gate and `dockgate verify` do it.
@Suite struct CosignLieTests {
    private static let simulated = Result { try PublishedImage() }

    private var published: PublishedImage {
        get throws { try CosignLieTests.simulated.get() }
    }

    /// The image as a registry holds it that lists nothing itself, with the attestor that believes who should have signed.
    private func publish(
        _ order: SigningOrder, telling lie: Lie?
    ) throws -> (image: PublishedImage, attestor: CosignAttestor) {
        var image = try published
        let material =
            try lie.map { try image.sigstore.sign(image.manifest, order, telling: $0) }
            ?? image.sigstore.sign(image.manifest, order)
        if let bundle = material.bundle { image.fallback = [.bundle(bundle, about: image.descriptor)] }
        if let layer = material.layer {
            let isSignature = layer.mediaType == SimulatedLayer.simpleSigning
            (image.signatureTag, image.attestationTag) =
                isSignature ? (.tagged([layer]), nil) : (nil, .tagged([layer]))
        }
        return (image, CosignAttestor(believing: try believers(of: material)))
    }

    private func believers(of material: SignedMaterial) throws -> CosignBelievers {
        let root = try SigstoreTrustedRoot(parsing: material.trustedRoot.bytes)
        switch material.expected {
        case .key(let pem):
            return try CosignBelievers(
                keys: [try PublicKey(pem: pem)], evidence: SigstoreEvidence(certificateLogs: 0), root: root,
                rootSetting: "root")
        case .identity(let identity):
            return try CosignBelievers(
                identities: [IdentityRule(issuer: .exact(identity.issuer), subject: .exact(identity.subject))],
                evidence: SigstoreEvidence(), root: root, rootSetting: "root")
        }
    }

    private func claim(of order: SigningOrder) -> Claim {
        if case .attestation = order.demand { .attestation } else { .signature }
    }

    @Test("what signers have made over the years passes where it lies in a registry")
    func passes() throws {
        for order in SigningOrder.everyAge(key: try PrivateKey.generate(.ecdsaP256)) {
            let (image, attestor) = try publish(order, telling: nil)
            let outcome = try image.outcome(by: attestor, for: claim(of: order))
            #expect(outcome.signers?.count == 1, "\(order): \(outcome)")
        }
    }

    @Test(
        "S06, S11-S23, S40-S42, S44: one wrong fact refuses the image, with the step that failed and its reason",
        arguments: Lie.allCases)
    func refuses(lie: Lie) throws {
        for order in lie.orders {
            guard let step = lie.refusedStep, !lie.leavesNobody else {
                #expect(throws: (any Error).self) { try publish(order, telling: lie) }
                continue
            }
            let (image, attestor) = try publish(order, telling: lie)
            let claim = claim(of: order)
            let outcome = try image.outcome(by: attestor, for: claim)
            // Of what type attestations have to be, the check says.
            if claim == .attestation, step == .predicateType {
                #expect(outcome.signers?.count == 1)
                continue
            }
            let refusal = try #require(outcome.violation, "\(order): \(outcome)")
            #expect(refusal.reason.rawValue == step.reason, "\(order): \(refusal.found)")
            let words = step == .format ? "malformed: " : "refused at `\(step.rawValue)`: "
            #expect(refusal.found.contains(words), "\(order): \(refusal.found)")
            #expect(!refusal.expected.isEmpty && refusal.cure != nil)
        }
    }
}

/// How attestors are made without a policy.
@Suite struct CosignBelieversTests {
    private let image: PublishedImage
    private let root: SigstoreTrustedRoot
    private let rule = IdentityRule(issuer: .exact("https://accounts.example.com"), subject: .exact("a@example.com"))

    init() throws {
        image = try PublishedImage()
        root = try SigstoreTrustedRoot(parsing: image.sigstore.trustedRoot.json.bytes)
    }

    private func problem(_ make: () throws -> CosignBelievers) -> SigstoreRequirementsError? {
        do { _ = try make() } catch { return error as? SigstoreRequirementsError }
        return nil
    }

    @Test("nobody, anybody, and evidence by which nothing could ever pass are refused")
    func refused() throws {
        let root = root
        let anybody = IdentityRule(
            issuer: .expression(try AnchoredExpression(".*")), subject: .expression(try AnchoredExpression(".*")))
        func identities(_ rules: [IdentityRule], _ evidence: SigstoreEvidence) throws -> CosignBelievers {
            try CosignBelievers(identities: rules, evidence: evidence, root: root, rootSetting: "")
        }
        #expect(problem { try CosignBelievers(keys: []) } == .noKeys)
        #expect(problem { try identities([], SigstoreEvidence()) } == .noIdentities)
        #expect(problem { try identities([anybody], SigstoreEvidence()) } == .anybody)
        #expect(problem { try identities([rule], SigstoreEvidence(logs: 0)) } == .noProofOfTime)
        #expect(problem { try identities([rule], SigstoreEvidence(logs: 0, timestamps: 1)) } == nil)
        for evidence in [
            SigstoreEvidence(logs: 3), SigstoreEvidence(timestamps: 2), SigstoreEvidence(certificateLogs: 2),
        ] {
            guard case .tooFewWitnesses(let shortage)? = problem({ try identities([rule], evidence) }) else {
                Issue.record("\(evidence) is enough")
                continue
            }
            #expect("\(shortage)".contains("of different operators, expected at least"))
        }
    }

    @Test("an attestor that is made is the one that a policy's fields make")
    func likeAPolicy() throws {
        let fields = try image.keyless().load()
        let bytes = try image.sigstore.trustedRoot.json.bytes
        let subject = SimulatedIdentity.githubWorkflow()
        let rule = IdentityRule(issuer: .exact(subject.issuer), subject: .exact(subject.subject))
        func made(_ evidence: SigstoreEvidence, _ identity: SignedIdentity = .repository) throws -> CosignAttestor {
            CosignAttestor(
                believing: try CosignBelievers(
                    identities: [rule], evidence: evidence, root: root,
                    rootSetting: SHA2.sha256(bytes).hexadecimal), identity: identity)
        }
        #expect(try made(SigstoreEvidence()).fingerprint == fields.fingerprint)
        #expect(try made(SigstoreEvidence()).explanation == fields.explanation)
        #expect(try made(SigstoreEvidence(certificateLogs: 0)).fingerprint != fields.fingerprint)
        #expect(try made(SigstoreEvidence(), .ignore).fingerprint != fields.fingerprint)
    }
}
