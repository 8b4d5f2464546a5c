import OCI

/// One image of one request, as selectors see it.
struct ImageUnderJudgement: Sendable {
    let reference: ImageReference
    let container: ContainerKind
    let facts: RequestFacts
    let subject: PatternSubject
    /// Whether the tag was to be resolved and could not be.
    let resolutionFailed: Bool

    var digest: Digest? { subject.digest }

    init(
        _ reference: ImageReference, container: ContainerKind, facts: RequestFacts, resolved: Digest? = nil,
        resolutionFailed: Bool = false
    ) {
        self.reference = reference
        self.container = container
        self.facts = facts
        self.resolutionFailed = resolutionFailed
        subject = PatternSubject(reference, resolved: resolved)
    }
}
