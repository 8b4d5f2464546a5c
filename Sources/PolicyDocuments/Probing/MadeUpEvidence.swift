import OCI
import PolicyEngine
import Timestamp
import Trust

/// What is found out about a made-up image. Notes whether it was asked for anything that a registry would be asked for.
final class MadeUpEvidence: Evidence {
    private let probe: Probe
    private let believed: [ProbedPolicies.Believed]
    private let statements: [VerifiedStatement]
    private let now: Instant
    private(set) var wasAsked = false

    /// - Parameters:
    ///   - believed: whom each attestor believes, in the order of the set.
    ///   - statements: what each signer of the image has attested.
    init(of probe: Probe, believed: [ProbedPolicies.Believed], attested statements: [VerifiedStatement], now: Instant) {
        self.probe = probe
        self.believed = believed
        self.statements = statements
        self.now = now
    }

    func resolution(of reference: ImageReference) -> Resolution? {
        wasAsked = true
        return probe.isUnreachable ? .undetermined(MadeUpEvidence.noAnswer) : .resolved(probe.digest)
    }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        wasAsked = true
        guard !probe.isUnreachable else { return .undetermined(MadeUpEvidence.noAnswer) }
        let believed = believed.indices.contains(attestor.index) ? believed[attestor.index] : nil
        let signers = believed?.signers.intersection(probe.signers) ?? []
        switch attestor.claim {
        case .signature:
            return signers.isEmpty || !probe.isSigned
                ? .violated(MadeUpEvidence.unsigned) : .passed(signers: Array(signers))
        case .attestation:
            let time = believed?.provesTime == true ? now - probe.age : nil
            let attestations = attestations(by: signers, at: time)
            return attestations.isEmpty ? .violated(MadeUpEvidence.unattested) : .passed(attestations)
        }
    }

    private func attestations(by signers: Set<Signer>, at time: Instant?) -> [VerifiedSignature] {
        signers.flatMap { signer in
            statements.map { VerifiedSignature(by: signer, signedAt: time, statement: $0) }
        }
    }

    func lastKnownGood(_ image: CheckedImage) -> Instant? { probe.lastKnownGood.map { now - $0 } }

    private static let unsigned = Refusal(.signatureMissing, found: "no signature", expected: "a signature")
    private static let unattested = Refusal(
        .attestationMissing, found: "no attestation", expected: "an attestation")
    private static let noAnswer = Refusal(.registryUnavailable, found: "no answer", expected: "an answer")
}

/// Asked what is missing, it says that nothing is known.
struct NothingKnown: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
}
