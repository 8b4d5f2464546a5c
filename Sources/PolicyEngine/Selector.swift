public import OCI

/// Which images of which requests something is about. An absent selector matches everything; all given ones must hold.
public struct Selector: Sendable {
    public let images: [ImagePattern]
    public let digests: [Digest]
    public let namespaces: [NamePattern]
    /// The namespace must have each of them.
    public let namespaceLabels: [NamespaceLabel]
    public let containers: [ContainerKind]
    public let sources: [RequestSource]

    public init(
        images: [ImagePattern] = [], digests: [Digest] = [], namespaces: [NamePattern] = [],
        namespaceLabels: [NamespaceLabel] = [], containers: [ContainerKind] = [], sources: [RequestSource] = []
    ) {
        self.images = images
        self.digests = digests
        self.namespaces = namespaces
        self.namespaceLabels = namespaceLabels
        self.containers = containers
        self.sources = sources
    }

    public static let everything = Selector()

    /// The keys of the namespace labels that it asks for.
    var namespaceLabelKeys: [String] { namespaceLabels.map(\.key) + images.namespaceLabelKeys }

    /// Whether a selector matches; ordered so that the weakest of several decides a conjunction.
    enum Match: Int, Comparable {
        case no
        /// The request has no namespace at this door. It does not match, and the answer says so.
        case noNamespace
        /// The same of the namespace's labels.
        case noNamespaceLabels
        /// It depends on the digest, which is not resolved yet.
        case whenResolved
        /// A fact could not be had, or only a tag beside a digest fits: what it selects for constrains the image and does
        /// not vouch for it.
        case unknown
        case yes

        static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }

        /// The fact that does not exist at this door and keeps it from matching.
        var lackedFact: RequestFact? {
            switch self {
            case .noNamespace: .namespace
            case .noNamespaceLabels: .namespaceLabels
            case .no, .whenResolved, .unknown, .yes: nil
            }
        }
    }

    func match(_ image: ImageUnderJudgement) -> Match {
        let cheap = min(
            matchContainer(image), matchSource(image), matchNamespace(image), matchNamespaceLabels(image))
        guard cheap > .no else { return .no }
        return min(cheap, matchImages(image), matchDigests(image))
    }

    private func matchContainer(_ image: ImageUnderJudgement) -> Match {
        containers.isEmpty || containers.contains(image.container) ? .yes : .no
    }

    private func matchSource(_ image: ImageUnderJudgement) -> Match {
        sources.isEmpty || sources.contains(image.facts.source) ? .yes : .no
    }

    private func matchNamespace(_ image: ImageUnderJudgement) -> Match {
        guard !namespaces.isEmpty else { return .yes }
        switch image.facts.namespace {
        case .known(let namespace): return namespaces.contains { $0.matches(namespace) } ? .yes : .no
        case .unknown: return .unknown
        case .absent: return .noNamespace
        }
    }

    private func matchNamespaceLabels(_ image: ImageUnderJudgement) -> Match {
        guard !namespaceLabels.isEmpty else { return .yes }
        switch image.facts.namespaceLabels {
        case .known(let labels):
            let hasAll = namespaceLabels.allSatisfy { labels[$0.key]?.utf8.elementsEqual($0.value.utf8) == true }
            return hasAll ? .yes : .no
        case .unknown: return .unknown
        case .absent: return .noNamespaceLabels
        }
    }

    private func matchImages(_ image: ImageUnderJudgement) -> Match {
        guard !images.isEmpty else { return .yes }
        var best = Match.no
        for pattern in images {
            var match = Match(pattern.match(image.subject))
            if match == .no, pattern.digest != nil, image.digest == nil {
                // A digest in the pattern may still turn out to be the one that the tag stands for.
                let later = Match(pattern.match(image.subject.beforeResolution))
                match = min(later, image.resolutionFailed ? .unknown : .whenResolved)
            }
            if match == .yes { return .yes }
            best = max(best, match)
        }
        return best
    }

    private func matchDigests(_ image: ImageUnderJudgement) -> Match {
        guard !digests.isEmpty else { return .yes }
        guard let digest = image.digest else { return image.resolutionFailed ? .unknown : .whenResolved }
        return digests.contains(digest) ? .yes : .no
    }
}

extension Selector.Match {
    /// What a pattern comes to in a selector.
    fileprivate init(_ match: ImagePattern.Match) {
        switch match {
        case .matches: self = .yes
        case .onlyByTagBesideDigest, .unknown: self = .unknown
        case .noSuchFact(.namespace): self = .noNamespace
        case .noSuchFact(.namespaceLabels): self = .noNamespaceLabels
        case .doesNotMatch: self = .no
        }
    }
}
