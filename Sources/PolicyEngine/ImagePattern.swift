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

/// A reference cut into the pieces that patterns look at, once per image.
struct PatternSubject: Sendable {
    let hostLabels: [ArraySlice<UInt8>]
    let port: ArraySlice<UInt8>
    let segments: [ArraySlice<UInt8>]
    let tag: [UInt8]?
    /// The reference's own digest, or the one its tag was resolved to.
    private(set) var digest: Digest?
    /// Whether the reference itself names a digest.
    let isPinned: Bool
    /// Whether a digest that is not known counts as the one that a pattern names.
    private(set) var mayBeAnyDigest = false

    init(_ reference: ImageReference, resolved: Digest?) {
        let (host, port) = splitHostAndPort(Array(reference.repository.domain.utf8)[...])
        hostLabels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        self.port = port
        segments = Array(reference.repository.path.utf8).split(separator: UInt8(ascii: "/"))
        tag = reference.tag.map { Array($0.utf8) }
        digest = reference.digest ?? resolved
        isPinned = reference.digest != nil
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

/// Cuts `host[:port]`; an IPv6 host keeps its brackets.
func splitHostAndPort(_ domain: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
    guard let colon = domain.lastIndex(of: UInt8(ascii: ":")), domain.last != UInt8(ascii: "]") else {
        return (domain, [])
    }
    return (domain[..<colon], domain[(colon + 1)...])
}
