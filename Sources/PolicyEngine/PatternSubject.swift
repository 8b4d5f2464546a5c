import OCI

/// What patterns are matched with: the pieces of a reference, what is known of its digest, and the request's facts.
struct PatternSubject: Sendable {
    private let pieces: MatchableReference
    /// What variables get their values from.
    let facts: RequestFacts
    /// The reference's own digest, or the one its tag was resolved to.
    private(set) var digest: Digest?
    /// Whether the reference itself names a digest.
    let isPinned: Bool
    /// Whether a digest that is not known counts as the one that a pattern names.
    private(set) var mayBeAnyDigest = false

    var hostLabels: [ArraySlice<UInt8>] { pieces.hostLabels }
    var port: ArraySlice<UInt8> { pieces.port }
    var segments: [ArraySlice<UInt8>] { pieces.segments }
    var tag: [UInt8]? { pieces.tag }

    init(_ matchable: MatchableReference, of facts: RequestFacts, resolved: Digest?) {
        pieces = matchable
        self.facts = facts
        digest = matchable.reference.digest ?? resolved
        isPinned = matchable.reference.digest != nil
    }

    /// The same pieces, with the digest that the tag stands for unless the reference has one itself.
    func resolved(to digest: Digest?) -> PatternSubject {
        var copy = self
        copy.digest = isPinned ? self.digest : digest
        return copy
    }

    /// The same pieces for the question what may still match, once the tag is resolved.
    var beforeResolution: PatternSubject {
        var copy = self
        copy.mayBeAnyDigest = true
        return copy
    }
}
