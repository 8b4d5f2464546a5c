public import OCI
public import PolicyEngine
public import Timestamp
public import Trust

/// What was decided about a request: one decision for each of its images.
public struct Decision: Sendable {
    /// The record's name, a ULID.
    public let id: String
    /// In the order of the request, one for each place; empty if the images could not be told.
    public let images: [JudgedImage]
    /// Why the request as a whole is refused, if its images could not even be told.
    public let requestRefusal: Refusal?
    /// The gate's, when the decision began.
    public let mode: GateMode
    /// The digest of the policy documents that were in force.
    public let policyRevision: Digest
    /// The keys of the namespace labels that those policies ask for.
    let namespaceLabelKeys: [String]
    /// The time that was the decision's own.
    public let decidedAt: Instant

    /// Whether every image may run, whatever the mode.
    public let allImagesAllowed: Bool

    init(
        id: String, images: [JudgedImage], requestRefusal: Refusal? = nil, mode: GateMode, policyRevision: Digest,
        namespaceLabelKeys: [String] = [], decidedAt: Instant
    ) {
        self.id = id
        self.images = images
        self.requestRefusal = requestRefusal
        self.mode = mode
        self.policyRevision = policyRevision
        self.namespaceLabelKeys = namespaceLabelKeys
        self.decidedAt = decidedAt
        allImagesAllowed = requestRefusal == nil && images.allSatisfy { $0.decision.isAllowed }
    }

    /// What the caller is told: `observe` refuses nothing.
    public var isAllowed: Bool { mode == .observe || allImagesAllowed }

    /// The reason of the request's refusal, or of the first image that was refused.
    public var reason: ReasonCode? {
        if let requestRefusal { return requestRefusal.reason }
        for image in images {
            if case .refused(let reason) = image.decision.verdict { return reason }
        }
        return nil
    }

    /// Whether it was refused only because something could not be looked at.
    public var isUndetermined: Bool {
        !allImagesAllowed && requestRefusal == nil
            && images.allSatisfy { $0.decision.isAllowed || $0.decision.isUndetermined }
    }
}

/// One image of a request and what was decided about it.
public struct JudgedImage: Sendable {
    /// The image, and the place in the request that it stands in.
    public let requested: RequestedImage
    private let judgement: Judgement

    /// - Parameters:
    ///   - reference: the normalised reference; nil if the text is none.
    ///   - evidence: the evidence behind the decision, as the audit log keeps it.
    init(requested: RequestedImage, reference: ImageReference?, decision: ImageDecision, evidence: [Digest]) {
        self.requested = requested
        judgement = Judgement(reference: reference, decision: decision, evidence: evidence)
    }

    private init(requested: RequestedImage, judgement: Judgement) {
        self.requested = requested
        self.judgement = judgement
    }

    /// The normalised reference; nil if the text is none.
    public var reference: ImageReference? { judgement.reference }
    /// The verdict, and one finding for each check that was about the image.
    public var decision: ImageDecision { judgement.decision }
    /// The evidence behind the decision, as the audit log keeps it.
    public var evidence: [Digest] { judgement.evidence }

    /// The same decision, for another place in the request that names the same image.
    func decided(for other: RequestedImage) -> JudgedImage {
        JudgedImage(requested: other, judgement: judgement)
    }

    /// Whether it is the same decision, taken once for both.
    func sharesDecision(with other: JudgedImage) -> Bool { judgement === other.judgement }
}

/// What is the same wherever a workload names the image; a class, since several places share it.
private final class Judgement: Sendable {
    let reference: ImageReference?
    let decision: ImageDecision
    let evidence: [Digest]

    init(reference: ImageReference?, decision: ImageDecision, evidence: [Digest]) {
        self.reference = reference
        self.decision = decision
        self.evidence = evidence
    }
}
