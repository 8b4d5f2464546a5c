import OCI

/// One image of one request, as selectors see it.
struct ImageUnderJudgement: Sendable {
    let matchable: MatchableReference
    let container: ContainerKind
    let subject: PatternSubject
    /// Whether the tag was to be resolved and could not be.
    let resolutionFailed: Bool

    var reference: ImageReference { matchable.reference }
    var facts: RequestFacts { subject.facts }
    var digest: Digest? { subject.digest }

    init(_ matchable: MatchableReference, container: ContainerKind, facts: RequestFacts) {
        self.init(
            matchable: matchable, container: container, subject: PatternSubject(matchable, of: facts, resolved: nil),
            resolutionFailed: false)
    }

    private init(
        matchable: MatchableReference, container: ContainerKind, subject: PatternSubject, resolutionFailed: Bool
    ) {
        self.matchable = matchable
        self.container = container
        self.subject = subject
        self.resolutionFailed = resolutionFailed
    }

    /// The same image once its tag was looked up; nil if that failed.
    func resolved(to digest: Digest?) -> ImageUnderJudgement {
        ImageUnderJudgement(
            matchable: matchable, container: container, subject: subject.resolved(to: digest),
            resolutionFailed: digest == nil)
    }
}
