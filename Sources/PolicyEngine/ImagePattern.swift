import OCI

/// A pattern over normalised references, matched by host, port and path segments, never as raw text, and anchored at
/// both ends.
///
///     pattern = host [":" port] 1*("/" segment) [":" tag] ["@" digest]
///
/// Without a wildcard it is that one repository. `*` stands for a path segment or part of one; in the host for one DNS
/// label or part of one. A last segment `**` stands for everything below. A tag may hold `*`. `$(namespace)` and
/// `$(namespace.labels.KEY)` stand for the request's own value in a segment, as literal text.
public struct ImagePattern: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    let hostLabels: [Glob]
    let port: [UInt8]
    /// A variable counts as `*` in them: what the pattern matches at most.
    let segments: [Glob]
    /// Those of the segments that hold variables; usually none.
    let templates: [SegmentTemplate]
    let matchesEverythingBelow: Bool
    let tag: Glob?
    let digest: Digest?

    /// How a pattern and a reference fit together.
    public enum Match: Hashable, Sendable {
        case matches
        case doesNotMatch
        /// All else fits, and the value of a variable could not be had.
        case unknown(RequestFact)
        /// All else fits, and a variable has no value at this door: it does not match, and whoever asks is told why.
        case noSuchFact(RequestFact)
        /// Everything fits, but the pattern names a tag and the reference has a digest beside its tag. The digest is
        /// what runs; so the tag must not count in favour of the image.
        case onlyByTagBesideDigest
    }

    /// Matches `subject`; `digest` is the reference's own, or the one its tag was resolved to.
    func match(_ subject: PatternSubject) -> Match {
        guard repositoryMatches(subject) else { return .doesNotMatch }
        if let digest, digest != subject.digest, !(subject.mayBeAnyDigest && subject.digest == nil) {
            return .doesNotMatch
        }
        if let tag {
            guard let subjectTag = subject.tag, tag.matches(subjectTag) else { return .doesNotMatch }
        }
        let fits: Match = tag != nil && subject.isPinned && digest == nil ? .onlyByTagBesideDigest : .matches
        return templates.isEmpty ? fits : matchVariables(subject, ifTheyFit: fits)
    }

    private func matchVariables(_ subject: PatternSubject, ifTheyFit fits: Match) -> Match {
        var unknown: Match?
        var absent: Match?
        for template in templates {
            let match = template.match(subject.segments[template.position], of: subject.facts)
            switch match {
            case .doesNotMatch: return .doesNotMatch
            case .noSuchFact: absent = absent ?? match
            case .unknown: unknown = unknown ?? match
            case .matches, .onlyByTagBesideDigest: break
            }
        }
        // What would not count anyway does not turn on a value.
        return absent ?? (fits == .matches ? unknown ?? fits : fits)
    }

    /// The variables in it, in the order in which they were written.
    public var variables: [PatternVariable] { templates.flatMap(\.variables) }

    /// Whether the host, the port and the path fit, whatever tag or digest and whatever the values of variables.
    func repositoryMatches(_ subject: PatternSubject) -> Bool {
        guard subject.hostLabels.count == hostLabels.count, subject.port.elementsEqual(port) else { return false }
        let segmentsFit =
            matchesEverythingBelow
            ? subject.segments.count > segments.count : subject.segments.count == segments.count
        guard segmentsFit else { return false }
        for (glob, label) in zip(hostLabels, subject.hostLabels) where !glob.matches(label) { return false }
        for (glob, segment) in zip(segments, subject.segments) where !glob.matches(segment) { return false }
        return true
    }
}

/// Cuts `host[:port]`; an IPv6 host keeps its brackets.
func splitHostAndPort(_ domain: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
    guard let colon = domain.lastIndex(of: UInt8(ascii: ":")), domain.last != UInt8(ascii: "]") else {
        return (domain, [])
    }
    return (domain[..<colon], domain[(colon + 1)...])
}
