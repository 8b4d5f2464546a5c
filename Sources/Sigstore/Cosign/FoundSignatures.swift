import OCI
import Trust

/// What a search came to: everything that may be a signature or an attestation of the image, and what else was seen.
struct FoundSignatures: Sendable {
    var candidates: [SignatureCandidate] = []
    /// What stands where a signature is looked for and is none.
    var findings: [CosignFinding] = []
    /// What could not be looked at.
    var unseen: [Refusal] = []
    /// Manifests that are listed for this image and say that they are about another.
    var strays = 0
    /// All that was asked for, in order.
    var asked: [Locator] = []
    private var bytes = 0
    private var count = 0

    /// Whoever may push can add signatures, and each is fetched and verified: as many as a full list has, and as a full tag.
    static let maximumCount = ReferrerKind.maximumCount + CosignLayout.maximumLayers
    /// Of all signatures together, each counted as often as it is named: real ones have some 300 bytes, a bundle some
    /// 5 KiB. It bounds what a verification holds in memory, and what it hashes.
    static let maximumSignatureBytes = 1 << 20
    /// Of all attestations together. One that lists the packages of a large image has some megabytes.
    static let maximumAttestationBytes = 16 << 20

    /// Counts what is about to be fetched, by its sizes; throws, and counts nothing, if it is more than a verification may
    /// hold.
    mutating func reserve(_ sizes: [Int], for claim: Claim) throws(CosignFinding) {
        guard count + sizes.count <= FoundSignatures.maximumCount else {
            throw CosignFinding(
                .limitExceeded, "more than \(FoundSignatures.maximumCount) \(claim.plural)", cure: cleanAndSignAgain)
        }
        let limit =
            switch claim {
            case .signature: FoundSignatures.maximumSignatureBytes
            case .attestation: FoundSignatures.maximumAttestationBytes
            }
        var total = bytes
        for size in sizes {
            guard size <= limit - total else {
                throw CosignFinding(
                    .limitExceeded, "\(claim.plural) that have more than \(limit) bytes", cure: cleanAndSignAgain)
            }
            total += size
        }
        (bytes, count) = (total, count + sizes.count)
    }
}

/// One signature or attestation as it was found. Nothing about it is believed.
struct SignatureCandidate: Sendable {
    let content: Content
    let source: SignatureSource?
    /// What was fetched to find it, the content last.
    let trail: [Locator]

    enum Content: Sendable {
        /// A layer of cosign's own layout with the blob that it describes: a payload, or an envelope.
        case layer(CosignLayer, payload: [UInt8])
        /// The bytes of a Sigstore bundle.
        case bundle([UInt8])
        /// What stands in its place cannot be one, for this reason.
        case malformed(String)
        /// The registry gave something else than what was asked for.
        case violated(Refusal)
    }
}
