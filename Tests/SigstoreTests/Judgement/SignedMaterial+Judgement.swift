import Cryptography
import OCI
import Sigstore
import TestSupport
import Trust

extension SignedMaterial {
    /// What is made of it by a verifier that trusts what it should, and asks for what is given here.
    func judgement(
        of artifact: SigstoreArtifact? = nil, as demand: SigstoreDemand = .any,
        by signers: SigstoreRequirements.Signers? = nil, evidence: SigstoreEvidence = SigstoreEvidence()
    ) throws -> SigstoreJudgement {
        let verifier = SigstoreVerifier(
            root: try SigstoreTrustedRoot(parsing: trustedRoot.bytes),
            requirements: try SigstoreRequirements(signers: try signers ?? expectedSigners(), evidence: evidence))
        return verifier.judge(try entity(), of: artifact ?? SigstoreArtifact(content: self.artifact), as: demand)
    }

    func entity() throws -> SignedEntity {
        guard let layer else { return SignedEntity(try SigstoreBundle(parsing: bundle?.bytes ?? [])) }
        let annotations = try CosignLayerAnnotations(Annotations(layer.annotations.map { ($0.key, $0.value) }))
        guard layer.mediaType == SimulatedLayer.envelope else {
            let signature = Base64.decode((layer.annotations[SimulatedLayer.signatureKey] ?? "").utf8) ?? []
            return SignedEntity(payload: layer.blob, signature: signature, annotations: annotations)
        }
        return try SignedEntity(attestation: layer.blob, annotations: annotations)
    }

    private func expectedSigners() throws -> SigstoreRequirements.Signers {
        switch expected {
        case .key(let pem): .keys([TrustedKey(try PublicKey(pem: pem))])
        case .identity(let identity):
            .identities([IdentityRule(issuer: .exact(identity.issuer), subject: .exact(identity.subject))])
        }
    }
}

extension SigstoreJudgement {
    var verified: VerifiedEntity? {
        guard case .verified(let entity) = self else { return nil }
        return entity
    }

    /// The step that failed; nil if none did.
    var step: SigstoreStep? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal.step
    }
}
