public import OCI
public import Trust

/// Which images of which requests something is about. An absent selector matches everything; all given ones must hold.
public struct Selector: Sendable {
    public let images: [ImagePattern]
    public let digests: [Digest]
    public let namespaces: [NamePattern]
    public let containers: [ContainerKind]
    public let sources: [RequestSource]

    public init(
        images: [ImagePattern] = [], digests: [Digest] = [], namespaces: [NamePattern] = [],
        containers: [ContainerKind] = [], sources: [RequestSource] = []
    ) {
        self.images = images
        self.digests = digests
        self.namespaces = namespaces
        self.containers = containers
        self.sources = sources
    }

    public static let everything = Selector()

    /// Whether a selector matches; ordered so that the weakest of several decides a conjunction.
    enum Match: Int, Comparable {
        case no
        /// The request has no such fact at this door. It does not match, and the answer says so.
        case noSuchFact
        /// It depends on the digest, which is not resolved yet.
        case whenResolved
        /// A fact could not be had, or only a tag beside a digest fits: what it selects for constrains the image and does
        /// not vouch for it.
        case unknown
        case yes

        static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }
    }

    func match(_ image: ImageUnderJudgement) -> Match {
        let cheap = min(matchContainer(image), matchSource(image), matchNamespace(image))
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
        case .absent: return .noSuchFact
        }
    }

    private func matchImages(_ image: ImageUnderJudgement) -> Match {
        guard !images.isEmpty else { return .yes }
        var best = Match.no
        for pattern in images {
            switch pattern.match(image.subject) {
            case .matches: return .yes
            case .onlyByTagBesideDigest: best = max(best, .unknown)
            case .doesNotMatch:
                // A digest in the pattern may still turn out to be the one that the tag stands for.
                let mayFitLater =
                    pattern.digest != nil && image.digest == nil && pattern.repositoryMatches(image.subject)
                if mayFitLater { best = max(best, image.resolutionFailed ? .unknown : .whenResolved) }
            }
        }
        return best
    }

    private func matchDigests(_ image: ImageUnderJudgement) -> Match {
        guard !digests.isEmpty else { return .yes }
        guard let digest = image.digest else { return image.resolutionFailed ? .unknown : .whenResolved }
        return digests.contains(digest) ? .yes : .no
    }
}

extension Selector {
    static let imageField = Field("images", .list(.text("a pattern")), "patterns over normalised references")
    static let namespacesField = Field(
        "namespaces",
        .object(
            ObjectType([
                Field(
                    "names", .list(.text("a namespace name")), required: true,
                    "namespace names; `*` stands for any run of characters")
            ])),
        "the namespace of the request")

    /// The fields of `match` and of each entry of `exclude`.
    public static let fields = ObjectType([
        imageField,
        Field("digests", .list(.text("a digest")), "exact digests; a tag is resolved first"),
        namespacesField,
        Field(
            "containers", .list(.word(ContainerKind.allCases.map(\.rawValue))), "where in a workload the image stands"),
        Field(
            "sources", .list(.word(RequestSource.allCases.map(\.rawValue))), "the door through which the request came"),
    ])

    /// Builds a selector from fields of that shape; reports each pattern or digest that cannot be read.
    public init(_ fields: FieldValue) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        let images = ImagePattern.patterns(fields["images"], &problems)
        var digests: [Digest] = []
        for element in fields["digests"]?.elements ?? [] {
            do {
                digests.append(try Digest(parsing: element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        var namespaces: [NamePattern] = []
        for element in fields["namespaces"]?["names"]?.elements ?? [] {
            do {
                namespaces.append(try NamePattern(element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        let containers = (fields["containers"]?.elements ?? []).compactMap { $0.text.flatMap(ContainerKind.init) }
        let sources = (fields["sources"]?.elements ?? []).compactMap { $0.text.flatMap(RequestSource.init) }
        if let problems = FieldProblems(problems) { throw problems }
        self.init(
            images: images, digests: digests, namespaces: namespaces, containers: containers, sources: sources)
    }
}

extension ImagePattern {
    /// Reads a list of patterns, adding a problem for each that cannot be read.
    static func patterns(_ list: FieldValue?, _ problems: inout [FieldProblem]) -> [ImagePattern] {
        var patterns: [ImagePattern] = []
        for element in list?.elements ?? [] {
            do {
                patterns.append(try ImagePattern(element.text ?? ""))
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
            }
        }
        return patterns
    }
}

extension Selector {
    /// Whether no selector is given at all.
    var isEverything: Bool {
        images.isEmpty && digests.isEmpty && namespaces.isEmpty && containers.isEmpty && sources.isEmpty
    }
}
