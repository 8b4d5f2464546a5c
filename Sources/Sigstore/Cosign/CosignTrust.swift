import Cryptography
import Trust

/// Whom an attestor believes and what it asks of a signature besides being genuine.
struct CosignTrust: Sendable {
    let believed: Believed
    let verifier: SigstoreVerifier
    let identity: SignedIdentity

    enum Believed: Sendable {
        /// At least one, no key twice, in the order of their fingerprints: how a policy lists them makes no difference.
        case keys([PublicKey])
        case identities([IdentityRule])
    }

    /// Whether what stands beside a signature, the entry of a log or a certificate, is of any use.
    var usesEvidence: Bool {
        let evidence = verifier.requirements.evidence
        return !believesKeys || evidence.logs > 0 || evidence.timestamps > 0
    }

    var believesKeys: Bool {
        if case .keys = believed { true } else { false }
    }

    /// "this key", in sentences about what was found.
    var noun: String {
        switch believed {
        case .keys(let keys): keys.count == 1 ? "this key" : "these keys"
        case .identities(let rules): rules.count == 1 ? "this identity" : "these identities"
        }
    }

    /// How cosign is told to make what is missing.
    func command(for claim: Claim, of subject: Subject) -> String {
        let certificate = " --key KEY --certificate FILE --certificate-chain FILE"
        let key = believesKeys ? " --key KEY" : verifier.root.isOfOrganisation ? certificate : ""
        return "\(claim.command)\(key) \(subject.repository)@\(subject.digest)"
    }

    /// What would have passed.
    func expected(for claim: Claim) -> String {
        switch believed {
        case .keys(let keys):
            guard keys.count == 1, let key = keys.first else { return "\(claim.one) by one of \(keys.count) keys" }
            return "\(claim.one) by key SHA256:\(key.fingerprint.hexadecimal)"
        case .identities(let rules):
            guard rules.count == 1, let rule = rules.first else {
                return "\(claim.one) by one of \(rules.count) identities"
            }
            return "\(claim.one) by \(rule.phrase)"
        }
    }
}

extension Claim {
    /// "signatures", in sentences.
    var plural: String {
        switch self {
        case .signature: "signatures"
        case .attestation: "attestations"
        }
    }

    /// "3 signatures".
    func counted(_ count: Int) -> String {
        switch self {
        case .signature: count == 1 ? "1 signature" : "\(count) signatures"
        case .attestation: count == 1 ? "1 attestation" : "\(count) attestations"
        }
    }

    fileprivate var one: String {
        switch self {
        case .signature: "a cosign signature"
        case .attestation: "an attestation"
        }
    }

    /// That there is none.
    var missing: ReasonCode {
        switch self {
        case .signature: .signatureMissing
        case .attestation: .attestationMissing
        }
    }

    fileprivate var command: String {
        switch self {
        case .signature: "cosign sign"
        case .attestation: "cosign attest --type TYPE --predicate FILE"
        }
    }
}
