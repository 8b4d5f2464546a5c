import Cryptography
public import OCI
public import Trust

/// Believes signatures and attestations in cosign's layouts, by certain keys or identities.
public struct CosignAttestor: Attestor {
    public let fingerprint: Digest
    private let trust: CosignTrust
    /// Where signatures are when they are not beside the image.
    private let signatureRepository: Repository?

    /// - Parameter settings: every setting of whom it believes.
    init(trust: CosignTrust, settings: [String], signatureRepository: Repository?) {
        self.trust = trust
        self.signatureRepository = signatureRepository
        let all = ["cosign"] + settings + [trust.identity.setting, signatureRepository?.description ?? ""]
        fingerprint = Digest.sha256(of: Array(all.framed.utf8))
    }

    public var signers: [Signer] {
        guard case .keys(let keys) = trust.believed else { return [] }
        return keys.map { .key(fingerprint: $0.fingerprint) }
    }

    public var explanation: String {
        let place = signatureRepository.map { "in `\($0)`" } ?? "beside the image"
        return "cosign signatures by \(whom), found \(place) and made for \(trust.identity.explanation); \(evidence)"
    }

    private var whom: String {
        guard case .identities(let rules) = trust.believed else { return trust.noun }
        return rules.map(\.phrase).joined(separator: ", or ")
    }

    private var evidence: String {
        let evidence = trust.verifier.requirements.evidence
        guard trust.usesEvidence else { return "no transparency log is asked" }
        let witnesses = [
            (evidence.logs, "transparency log", "transparency logs"),
            (evidence.timestamps, "timestamp authority", "timestamp authorities"),
            (evidence.certificateLogs, "certificate log", "certificate logs"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
        return "each proved by " + witnesses.joined(separator: ", ")
    }

    public func verification(of subject: Subject) -> any Verification {
        CosignVerification(for: .signature, about: subject, in: signatureRepository ?? subject.repository, by: trust)
    }

    public func attestationVerification(of subject: Subject) -> (any Verification)? {
        CosignVerification(for: .attestation, about: subject, in: signatureRepository ?? subject.repository, by: trust)
    }
}

extension [String] {
    /// Each with its length before it, so that no two lists of them are the same text.
    var framed: String { map { "\($0.utf8.count) \($0)" }.joined() }
}
