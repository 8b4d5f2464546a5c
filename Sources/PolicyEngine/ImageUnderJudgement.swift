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

    init(_ reference: ImageReference, container: ContainerKind, facts: RequestFacts) {
        self.init(
            reference: reference, container: container, facts: facts,
            subject: PatternSubject(reference, resolved: nil), resolutionFailed: false)
    }

    private init(
        reference: ImageReference, container: ContainerKind, facts: RequestFacts, subject: PatternSubject,
        resolutionFailed: Bool
    ) {
        self.reference = reference
        self.container = container
        self.facts = facts
        self.subject = subject
        self.resolutionFailed = resolutionFailed
    }

    /// The same image once its tag was looked up; nil if that failed.
    func resolved(to digest: Digest?) -> ImageUnderJudgement {
        ImageUnderJudgement(
            reference: reference, container: container, facts: facts, subject: subject.resolved(to: digest),
            resolutionFailed: digest == nil)
    }
}
