import Cryptography
import OCI
import Trust

/// Judges Sigstore signatures offline: a function of bytes, of what is trusted and of what is required. It holds nothing
/// that changes, so one serves thousands of verifications, side by side.
public struct SigstoreVerifier: Sendable {
    public let root: SigstoreTrustedRoot
    public let requirements: SigstoreRequirements

    public init(root: SigstoreTrustedRoot, requirements: SigstoreRequirements) {
        (self.root, self.requirements) = (root, requirements)
    }

    /// Whether `entity` is a signature of `artifact`, made by whom it has to be made by, and of the kind that is demanded.
    ///
    /// The first step that fails is named.
    public func judge(
        _ entity: SignedEntity, of artifact: SigstoreArtifact, as demand: SigstoreDemand
    ) -> SigstoreJudgement {
        do throws(SigstoreRefusal) {
            return .verified(try verify(entity, of: artifact, as: demand))
        } catch {
            return .refused(error)
        }
    }

    private func verify(
        _ entity: SignedEntity, of artifact: SigstoreArtifact, as demand: SigstoreDemand
    ) throws(SigstoreRefusal) -> VerifiedEntity {
        try entity.checkHint(of: artifact)
        let message = entity.message(of: artifact)
        let evidence = try logEvidence(of: entity)
        switch requirements.signers {
        case .keys(let keys):
            let signed = try KeySignature(entity, message, evidence, keys: keys)
            let times = try times(of: entity, in: evidence)
            try signed.check(wasBelievedAt: times)
            let claim = try signed.verified.claim(of: entity, about: artifact, as: demand)
            return VerifiedEntity(
                signer: .key(fingerprint: signed.key.key.fingerprint), key: signed.key.key, identity: nil,
                entries: evidence.map(\.verified), times: times, claim: claim)
        case .identities(let rules):
            let signer = try CertificateSigner(entity)
            let binding = EntryBinding(
                entity: entity, message: message, signer: .certificate(signer.leaf, signer.key))
            for evidence in evidence { try binding.check(evidence) }
            let times = try times(of: entity, in: evidence)
            let identity = try verify(signer, at: times, by: rules)
            let verified = try message.verified(
                entity.signature, by: signer.key, schemes: evidence.schemes(of: signer.key))
            let claim = try verified.claim(of: entity, about: artifact, as: demand)
            return VerifiedEntity(
                signer: .identity(issuer: identity.issuer, subject: identity.subject), key: signer.key,
                identity: identity, entries: evidence.map(\.verified), times: times, claim: claim)
        }
    }
}

/// What one signature is worth.
public enum SigstoreJudgement: Sendable {
    case verified(VerifiedEntity)
    case refused(SigstoreRefusal)
}

// MARK: - Evidence

extension SigstoreVerifier {
    /// Entries of logs that are not trusted are passed over, as timestamps of strangers are; those of trusted logs hold, or
    /// the signature does not count.
    private func logEvidence(of entity: SignedEntity) throws(SigstoreRefusal) -> [LogEvidence] {
        let threshold = requirements.evidence.logs
        guard threshold > 0 else { return [] }
        var evidence: [LogEvidence] = []
        var stranger: LogEntry?
        for entry in entity.entries {
            if let log = root.logs.first(where: { $0.id == entry.logID }) {
                evidence.append(try LogEvidence(entry, of: log))
            } else {
                stranger = entry
            }
        }
        let witnesses = Set(evidence.map { Array($0.log.witness.utf8) })
        guard witnesses.count < threshold else { return evidence }
        if let stranger {
            throw SigstoreRefusal(
                .log, "an entry of the log `\(Base64.encode(stranger.logID))`, which is not trusted")
        }
        throw SigstoreRefusal(
            .logThreshold, "entries of \(witnesses.count) transparency logs, expected at least \(threshold)")
    }

    private func times(of entity: SignedEntity, in evidence: [LogEvidence]) throws(SigstoreRefusal) -> [SigningTime] {
        let found = try SigningTimes(of: entity, in: evidence, trusting: root.timestampAuthorities)
        let threshold = requirements.evidence.timestamps
        guard found.authorities >= threshold else {
            throw SigstoreRefusal(
                .timestampThreshold,
                "timestamps of \(found.authorities) authorities, expected at least \(threshold)")
        }
        if case .identities = requirements.signers, found.times.isEmpty {
            // "Now" says nothing about certificates that live for ten minutes.
            throw SigstoreRefusal(
                .signingTime, "no proof of when it was signed: neither a log's signed time nor a timestamp")
        }
        for evidence in evidence { try evidence.checkLog(wasTrustedAt: found.times) }
        return found.times
    }

    private func verify(
        _ signer: CertificateSigner, at times: [SigningTime], by rules: [IdentityRule]
    ) throws(SigstoreRefusal) -> CertificateIdentity {
        let chain = try root.chain(from: signer.leaf, intermediates: signer.intermediates, at: times)
        try root.checkPromises(to: chain, atLeast: requirements.evidence.certificateLogs)
        let identity = try CertificateIdentity(chain, ofOrganisation: root.isOfOrganisation)
        var nearest: IdentityMismatch?
        for rule in rules {
            guard let mismatch = rule.mismatch(of: identity) else { return identity }
            nearest = nearest ?? mismatch
        }
        let others = rules.count == 1 ? "" : ", and none of \(rules.count - 1) other identities"
        throw SigstoreRefusal(.identity, (nearest.map { "\($0)" } ?? "no identity") + others)
    }
}
