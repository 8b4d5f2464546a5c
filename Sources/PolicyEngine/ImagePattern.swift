import OCI

/// A pattern over normalised references, matched by host, port and path segments, never as raw text, and anchored at
/// both ends.
///
///     pattern = host [":" port] 1*("/" segment) [":" tag] ["@" digest]
///
/// Without a wildcard it is that one repository. `*` stands for a path segment or part of one; in the host for one DNS
/// label or part of one. A last segment `**` stands for everything below. A tag may hold `*`.
public struct ImagePattern: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    let hostLabels: [Glob]
    let port: [UInt8]
    let segments: [Glob]
    let matchesEverythingBelow: Bool
    let tag: Glob?
    let digest: Digest?

    /// How a pattern and a reference fit together.
    public enum Match: Sendable {
        case matches
        case doesNotMatch
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
        guard let tag else { return .matches }
        guard let subjectTag = subject.tag, tag.matches(subjectTag) else { return .doesNotMatch }
        return subject.isPinned && digest == nil ? .onlyByTagBesideDigest : .matches
    }

    /// Whether the host, the port and the path fit, whatever tag or digest.
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
