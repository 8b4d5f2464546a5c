import OCI
import PolicyEngine
import Timestamp
import Trust

/// Images to probe with: of each pattern those that it fits and some right beside it, under the tags and digests that
/// documents speak of and under others. One of each pattern before any gets a second one.
struct ProbeImages {
    let tags: [String]
    let digests: [Digest]
    let fillers: [String]

    init(_ vocabulary: Vocabulary, filling fillers: [String]) {
        tags = each(
            [ProbeImages.plainTag, "latest"]
                + inTurn(vocabulary.tags.map { tag in (fillers + [""]).map { tag.replacing("*", with: $0) } }))
        digests = vocabulary.digests + [Probe.anyDigest]
        self.fillers = fillers
    }

    /// - Parameter facts: the namespaces and labels that variables get their values from.
    /// - Returns: also how many more there are, more or less.
    func images(of patterns: [ImagePattern], in facts: ProbeSpace, at most: Int) -> (
        images: [ImageReference], leftOut: Int
    ) {
        let enough = 2 * most / max(patterns.count, 1) + ProbeImages.fewTexts
        let kinds = patterns.prefix(most).map { pattern in
            inTurn(
                concrete(pattern, in: facts).map { pattern in
                    inTurn([spellings(of: pattern, at: enough), others(of: pattern)])
                })
        }
        let images = parsed(inTurn(kinds.map { Array($0.prefix(enough)) }), at: most)
        let isComplete = patterns.count <= most && images.count < most && kinds.allSatisfy { $0.count <= enough }
        let count = patterns.count * (3 * tags.count + digests.count)
        return (images, isComplete ? 0 : max(count - images.count, 1))
    }

    /// Images that nobody need know.
    func ordinary(at most: Int) -> [ImageReference] {
        let repositories = [Examples.ordinary, Examples.stranger, Examples.unknown].map { $0.prefix { $0 != ":" } }
        return parsed(inTurn(repositories.map { spellings(of: String($0), tags: [], digests: [], at: most) }), at: most)
    }

    private func parsed(_ texts: some Sequence<String>, at most: Int) -> [ImageReference] {
        var images: [ImageReference] = []
        var seen: Set<String> = []
        for text in texts where images.count < most && seen.insert(text).inserted {
            if let image = try? ImageReference(parsing: text) { images.append(image) }
        }
        return images
    }

    /// The plainest repository of a pattern with tags and digests.
    private func spellings(of pattern: ImagePattern, at most: Int) -> [String] {
        spellings(
            of: pattern.probedRepositories(filling: fillers).first ?? pattern.example,
            tags: pattern.probedTags(filling: fillers), digests: [pattern.namedDigest].compactMap { $0 }, at: most)
    }

    /// - Parameters:
    ///   - tags: those to begin with.
    ///   - digests: the same.
    private func spellings(of repository: String, tags: [String], digests: [Digest], at most: Int) -> [String] {
        let tags = each(tags + self.tags.prefix(most))
        let digests = each(digests + self.digests.prefix(most))
        let texts =
            inTurn([tags.map { ":\($0)" }, digests.map { "@\($0)" }])
            + digests.prefix(2).flatMap { digest in tags.map { ":\($0)@\(digest)" } }
        return texts.map { repository + $0 }
    }

    /// Its other repositories and those beside it.
    private func others(of pattern: ImagePattern) -> [String] {
        let tag = pattern.probedTags(filling: fillers).first ?? ProbeImages.plainTag
        let digest = pattern.namedDigest.map { "@\($0)" } ?? ""
        return pattern.probedRepositories(filling: fillers).dropFirst().map { "\($0):\(tag)\(digest)" }
    }

    /// The pattern with the values that its variables have in some of the namespaces.
    private func concrete(_ pattern: ImagePattern, in facts: ProbeSpace) -> [ImagePattern] {
        guard !pattern.variables.isEmpty else { return [pattern] }
        let namespaces = facts.namespaces.compactMap { $0 }.prefix(ProbeImages.fewValues)
        let labels = each(facts.labels.compactMap { $0 }).prefix(ProbeImages.fewValues)
        let filled = namespaces.flatMap { namespace in
            labels.compactMap { pattern.filled(in: namespace, labels: $0) }
        }
        return each(filled) + [pattern]
    }

    private static let plainTag = "1"
    private static let fewValues = 8
    private static let fewTexts = 16
}

/// What patterns have in common with others, and the values of variables that it takes.
struct CommonImages {
    private(set) var patterns: [ImagePattern] = []
    private(set) var namespaces: [String] = []
    private(set) var labels: [[NamespaceLabel]] = []
    /// How many pairs were not looked at.
    private(set) var leftOut = 0

    init(of patterns: [ImagePattern], and others: [ImagePattern], filling filler: String) {
        // What is one repository is tried itself, and only a variable can take something from it.
        let (one, otherOne) = (patterns.filter(\.isOneRepository), others.filter(\.isOneRepository))
        compare(patterns.filter { !$0.isOneRepository }, others.filter { !$0.isOneRepository }, filler)
        compare(patterns.filter { !$0.variables.isEmpty }, otherOne, filler)
        compare(one, others.filter { !$0.variables.isEmpty }, filler)
        self.patterns = each(self.patterns)
        namespaces = each(namespaces)
        labels = each(labels)
    }

    private mutating func compare(_ left: [ImagePattern], _ right: [ImagePattern], _ filler: String) {
        let side = CommonImages.side
        let rows = left.prefix(max(side, side * side / max(right.count, 1)))
        let columns = right.prefix(max(side, side * side / max(left.count, 1)))
        leftOut += left.count * right.count - rows.count * columns.count
        for pattern in rows {
            for other in columns where pattern != other {
                if let common = pattern.common(with: other, filling: filler) { add(common) }
            }
        }
    }

    private mutating func add(_ common: ImagePattern.Common) {
        patterns.append(common.pattern)
        if let name = common.values[.namespace] { namespaces.append(name) }
        let values = common.values.compactMap { variable, value -> NamespaceLabel? in
            guard case .namespaceLabel(let key) = variable else { return nil }
            return try? NamespaceLabel(key: key, value: value)
        }
        if !values.isEmpty { labels.append(values.sorted { $0.key < $1.key }) }
    }

    /// So many of both lists are compared.
    private static let side = 64
}
