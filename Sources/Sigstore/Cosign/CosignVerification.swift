import Cryptography
import OCI
public import Trust

/// Asks for everything that cosign keeps about an image, and judges it.
///
/// One genuine signature about this image is enough; of attestations all that are genuine count, each for what it says.
/// Something that could not be looked at leaves the outcome open unless there is a signature that passes.
public struct CosignVerification: Verification {
    private let trust: CosignTrust
    private let claim: Claim
    private let subject: Subject
    private let repository: Repository
    private var search: SignatureSearch
    private var finished: Step?

    init(for claim: Claim, about subject: Subject, in repository: Repository, by trust: CosignTrust) {
        (self.trust, self.claim, self.subject, self.repository) = (trust, claim, subject, repository)
        search = SignatureSearch(for: claim, about: subject, in: repository)
    }

    public mutating func next(_ received: [Locator: Fetched]) -> Step {
        if let finished { return finished }
        switch search.next(received) {
        case .fetch(let locators): return .fetch(locators)
        case .found(let found):
            let step = judge(found)
            finished = step
            return step
        }
    }

    private func judge(_ found: FoundSignatures) -> Step {
        var verified: [VerifiedSignature] = []
        var refusals: [CosignRefusal] = []
        var useful: Set<Locator> = []
        var timestamps = 0
        for candidate in found.candidates {
            do throws(CosignRefusal) {
                verified.append(try verify(candidate, &timestamps))
                useful.formUnion(candidate.trail)
            } catch {
                refusals.append(error)
            }
        }
        guard verified.isEmpty else {
            return .outcome(
                .passed(verified, unseen: found.unseen.first), basis: found.asked.filter(useful.contains))
        }
        if let unseen = found.unseen.first { return .outcome(.undetermined(unseen), basis: found.asked) }
        let finding = finding(found, refusals)
        return .outcome(
            .violated(
                Refusal(
                    finding.reason, found: finding.found, expected: finding.expected ?? trust.expected(for: claim),
                    cure: finding.cure)),
            basis: found.asked)
    }

    private func finding(_ found: FoundSignatures, _ refusals: [CosignRefusal]) -> CosignFinding {
        // Where there is too much to look at, what was looked at does not tell most.
        if let limit = found.findings.first(where: { $0.reason == .limitExceeded }) { return limit }
        if !refusals.isEmpty { return CosignFinding(of: refusals, as: claim, by: trust, about: subject) }
        return found.findings.first
            ?? .missing(claim, of: subject, in: repository, strays: found.strays, by: trust)
    }
}

// MARK: - One candidate

extension CosignVerification {
    /// Timestamps of all candidates together that are looked at. A signature has one, or one of each of a few authorities.
    private static let maximumTimestamps = 256

    /// - Parameter timestamps: how many were looked at.
    private func verify(
        _ candidate: SignatureCandidate, _ timestamps: inout Int
    ) throws(CosignRefusal) -> VerifiedSignature {
        let entity = try entity(candidate.content)
        timestamps += entity.timestamps.count
        guard timestamps <= CosignVerification.maximumTimestamps else {
            throw .violated(
                Refusal(
                    .limitExceeded,
                    found: "more than \(CosignVerification.maximumTimestamps) timestamps in what refers to the image",
                    expected: "at most that many", cure: "remove what is not needed beside the image"))
        }
        let demand: SigstoreDemand = claim == .signature ? .signature : .attestation(predicateType: nil)
        switch trust.verifier.judge(entity, of: SigstoreArtifact(digest: subject.digest), as: demand) {
        case .refused(let refusal): throw .unverified(refusal)
        case .verified(let verified):
            try checkName(verified)
            return VerifiedSignature(verified, as: claim, found: candidate.source)
        }
    }

    private func entity(_ content: SignatureCandidate.Content) throws(CosignRefusal) -> SignedEntity {
        switch content {
        case .malformed(let reason): throw .malformed(reason)
        case .violated(let refusal): throw .violated(refusal)
        case .bundle(let bytes):
            do {
                return SignedEntity(try SigstoreBundle(parsing: bytes), evidence: trust.usesEvidence)
            } catch { throw .malformed("\(error)") }
        case .layer(let layer, let payload):
            do { return try entity(layer, payload) } catch { throw .malformed("\(error)") }
        }
    }

    private func entity(_ layer: CosignLayer, _ payload: [UInt8]) throws(FormatError) -> SignedEntity {
        // What nobody asks for cannot spoil a signature either.
        let evidence = try CosignLayerAnnotations(trust.usesEvidence ? layer.annotations : Annotations([]))
        switch claim {
        case .signature: return SignedEntity(payload: payload, signature: layer.signature, annotations: evidence)
        case .attestation: return try SignedEntity(attestation: payload, annotations: evidence)
        }
    }

    /// The name that simple signing has; bundles and statements are about digests alone.
    private func checkName(_ verified: VerifiedEntity) throws(CosignRefusal) {
        guard case .image(let image) = verified.claim else {
            guard claim == .attestation || !trust.identity.needsName else { throw .nameless }
            return
        }
        guard trust.identity.accepts(image.dockerReference, for: subject.repository) else {
            throw .forOtherRepository(image.dockerReference)
        }
    }
}

extension VerifiedSignature {
    /// A signature may be a statement too, which says no more than that it is one.
    fileprivate init(_ verified: VerifiedEntity, as claim: Claim, found source: SignatureSource?) {
        self.init(
            by: verified.signer, source: source, signedAt: verified.times.map(\.time).min(),
            records: verified.entries.map { LogRecord(log: $0.logName, index: UInt64(clamping: $0.index)) },
            statement: claim == .attestation ? verified.statement.map { VerifiedStatement($0) } : nil)
    }
}
