import Cryptography
public import OCI
public import Trust

/// Believes signatures and attestations in cosign's layouts, by certain keys or identities.
public struct CosignAttestor: Attestor {
    public let fingerprint: Digest
    private let trust: CosignTrust
    /// Nil if nothing but keys counts.
    private let root: CosignTrustedRoot?
    /// Where signatures are when they are not beside the image.
    private let signatureRepository: Repository?
    /// Which manifests they are about.
    private let signed: SignedManifest

    /// - Parameters:
    ///   - identity: which name signatures must be for.
    ///   - signatureRepository: where they are; nil if they are beside the image.
    ///   - signed: which manifests of an image for several platforms they must be about.
    public init(
        believing believers: CosignBelievers, identity: SignedIdentity = .repository,
        signatureRepository: Repository? = nil, signed: SignedManifest = .index
    ) {
        self.init(
            trust: CosignTrust(believed: believers.believed, verifier: believers.verifier, identity: identity),
            root: believers.root, settings: believers.settings, signatureRepository: signatureRepository, signed: signed
        )
    }

    /// - Parameter settings: every setting of whom it believes.
    private init(
        trust: CosignTrust, root: CosignTrustedRoot?, settings: [String], signatureRepository: Repository?,
        signed: SignedManifest
    ) {
        self.trust = trust
        self.root = root
        self.signatureRepository = signatureRepository
        self.signed = signed
        let place = signatureRepository?.description ?? ""
        let all = ["cosign"] + settings + [trust.identity.setting, place, signed.rawValue]
        fingerprint = Digest.sha256(of: Array(all.framed.utf8))
    }

    public var signers: [Signer] {
        guard case .keys(let keys) = trust.believed else { return [] }
        return keys.map { .key(fingerprint: $0.fingerprint) }
    }

    public var provesTime: Bool { trust.usesEvidence }

    public var outsider: Signer? {
        guard case .identities(let rules) = trust.believed else { return nil }
        return rules.lazy.compactMap(\.outsider).first
    }

    public var explanation: String {
        let place = signatureRepository.map { "in `\($0)`" } ?? "beside the image"
        let name = trust.identity.explanation
        let source = root?.target.map { ", as the trusted root knows them, \($0.phrase)" } ?? ""
        return "cosign signatures by \(whom)\(signed.phrase), found \(place) and made for \(name); \(evidence)\(source)"
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

    public func verification(of subject: Subject) -> any Verification { verification(of: subject, asking: .signature) }

    public func attestationVerification(of subject: Subject) -> (any Verification)? {
        verification(of: subject, asking: .attestation)
    }

    private func verification(of subject: Subject, asking claim: Claim) -> any Verification {
        if let missing = root?.missing { return VerificationWithoutRoot(refusal: missing) }
        let (trust, elsewhere) = (trust, signatureRepository)
        let verification: @Sendable (Subject) -> any Verification = { subject in
            CosignVerification(for: claim, about: subject, in: elsewhere ?? subject.repository, by: trust)
        }
        return switch signed {
        case .index: verification(subject)
        case .platform: PlatformVerification(of: subject, either: false, by: verification)
        case .either: PlatformVerification(of: subject, either: true, by: verification)
        }
    }
}

/// Nothing can be held against a trusted root that is not there, so nothing is fetched either.
private struct VerificationWithoutRoot: Verification {
    let refusal: Refusal

    mutating func next(_ received: [Locator: Fetched]) -> Step { .outcome(.undetermined(refusal), basis: []) }
}

extension [String] {
    /// Each with its length before it, so that no two lists of them are the same text.
    var framed: String { map { "\($0.utf8.count) \($0)" }.joined() }
}
