import OCI

/// One image of one request, as selectors see it.
struct ImageUnderJudgement: Sendable {
    let matchable: MatchableReference
    let container: ContainerKind
    let facts: RequestFacts
    let subject: PatternSubject
    /// Whether the tag was to be resolved and could not be.
    let resolutionFailed: Bool

    var reference: ImageReference { matchable.reference }
    var digest: Digest? { subject.digest }

    init(_ matchable: MatchableReference, container: ContainerKind, facts: RequestFacts) {
        self.init(
            matchable: matchable, container: container, facts: facts,
            subject: PatternSubject(matchable, resolved: nil), resolutionFailed: false)
    }

    private init(
        matchable: MatchableReference, container: ContainerKind, facts: RequestFacts, subject: PatternSubject,
        resolutionFailed: Bool
    ) {
        self.matchable = matchable
        self.container = container
        self.facts = facts
        self.subject = subject
        self.resolutionFailed = resolutionFailed
    }

    /// The same image once its tag was looked up; nil if that failed.
    func resolved(to digest: Digest?) -> ImageUnderJudgement {
        ImageUnderJudgement(
            matchable: matchable, container: container, facts: facts, subject: subject.resolved(to: digest),
            resolutionFailed: digest == nil)
    }
}
