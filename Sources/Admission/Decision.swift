public import OCI
public import PolicyEngine
public import Timestamp
public import Trust

/// What was decided about a request: one decision for each of its images.
public struct Decision: Sendable {
    /// The record's name, a ULID.
    public let id: String
    public let images: [JudgedImage]
    /// Why the request as a whole is refused, if its images could not even be told.
    public let requestRefusal: Refusal?
    public let mode: GateMode
    /// The digest of the policy documents that were in force.
    public let policyRevision: Digest
    /// The time that was the decision's own.
    public let decidedAt: Instant

    /// Whether every image may run, whatever the mode.
    public var allImagesAllowed: Bool { requestRefusal == nil && images.allSatisfy(\.decision.isAllowed) }

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
    public let requested: RequestedImage
    /// The normalised reference; nil if the text is none.
    public let reference: ImageReference?
    public let decision: ImageDecision
    /// The evidence behind the decision, as the audit log keeps it.
    public let evidence: [Digest]

    /// The same decision, for another place in the request that names the same image.
    func decided(for other: RequestedImage) -> JudgedImage {
        JudgedImage(requested: other, reference: reference, decision: decision, evidence: evidence)
    }
}
