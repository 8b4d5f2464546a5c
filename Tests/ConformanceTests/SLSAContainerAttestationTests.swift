import Cryptography
import OCI
import Sigstore
import StrictJSON
import Testing

/// Provenance that slsa-github-generator attached to images with cosign, from cosign 1 on.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SLSAContainerAttestationTests {
    @Test("attestations of images are told apart as slsa-verifier tells them apart")
    func cases() async throws {
        let suite = try ConformanceSuite("slsa-container-attestations")
        try await suite.run { test in
            guard test.kind == "cosign-att" else { throw UnknownKind(kind: test.kind) }
            let verdict = try judge(test)
            if suite.isKnownPart, let step = verdict.failedStep {
                #expect(step == (test.name.hasSuffix("-other-image") ? "artifact" : "identity"), "\(test.name)")
            }
            return verdict
        }
    }

    private func judge(_ test: ConformanceCase) throws -> Verdict {
        let root = try SigstoreTrustedRoot(parsing: try test.file("trusted_root"))
        let verifier = SigstoreVerifier(
            root: root,
            requirements: try SigstoreRequirements(
                signers: .identities([try test.identityRule()]), evidence: SigstoreEvidence()))
        let artifact = SigstoreArtifact(digest: try Digest(parsing: try #require(test.text("image_digest"))))
        let manifest = try Manifest(parsing: try test.file("att_manifest"), contentType: nil)
        var refusals: [String] = []
        for path in try #require(test.inputs["dsse"]).elements.compactMap(\.string) {
            let bytes = try test.file(named: path)
            let digest = Digest(algorithm: .sha256, bytes: HashFunction.sha256.digest(of: bytes))
            let layer = try #require(manifest.descriptors.first { $0.digest == digest })
            let entity = try SignedEntity(
                attestation: bytes, annotations: try CosignLayerAnnotations(layer.annotations))
            let demand = SigstoreDemand.attestation(predicateType: test.text("predicate_type"))
            switch verifier.judge(entity, of: artifact, as: demand) {
            case .verified: return .accepted
            case .refused(let refusal): refusals.append("\(refusal)")
            }
        }
        return .refused(refusals.joined(separator: "; "))
    }
}
