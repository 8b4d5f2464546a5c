import OCI
import PolicyEngine
import Timestamp
import Trust

extension Vocabulary {
    /// Images that the patterns fit and some beside them, under the tags and digests that the documents speak of and
    /// under others. Each once, the plainest of each pattern first.
    ///
    /// - Parameter facts: the namespaces and labels that variables get their values from.
    func images(in facts: ProbeSpace, at most: Int) -> [ImageReference] {
        let patterns = self.patterns.prefix(most).flatMap { concrete($0, in: facts) }
        let plainest = patterns.lazy.flatMap { spellings(of: $0) }
        let others = patterns.lazy.flatMap { pattern -> [ImageReference] in
            let tag = pattern.probedTags.first ?? Vocabulary.plainTag
            let digest = pattern.namedDigest.map { "@\($0)" } ?? ""
            return pattern.probedRepositories.dropFirst().compactMap {
                try? ImageReference(parsing: "\($0):\(tag)\(digest)")
            }
        }
        // Neither kind takes the room of the other.
        let first = Array(each(plainest).prefix(most / 2))
        return Array(each(first + Array(others.prefix(most))).prefix(most))
    }

    /// Images by which a policy beside these documents can let something in: a few of each of its patterns, under the tags
    /// and digests that the documents speak of.
    func images(of voucher: Vocabulary, in facts: ProbeSpace) -> [ImageReference] {
        each(
            voucher.patterns.prefix(Vocabulary.fewPatterns).flatMap {
                concrete($0, in: facts).prefix(Vocabulary.fewPatterns)
            }
            .flatMap { spellings(of: $0) })
    }

    /// The plainest repository of a pattern with tags and digests.
    private func spellings(of pattern: ImagePattern) -> [ImageReference] {
        spellings(
            of: pattern.probedRepositories.first ?? pattern.example, tags: pattern.probedTags,
            digests: [pattern.namedDigest].compactMap { $0 })
    }

    /// - Parameters:
    ///   - tags: those to begin with.
    ///   - digests: the same.
    func spellings(of repository: String, tags: [String], digests: [Digest]) -> [ImageReference] {
        let named = self.tags.prefix(Vocabulary.fewTags).flatMap { tag in
            ["x", ""].map { tag.replacing("*", with: $0) }
        }
        let allTags = each(tags + [Vocabulary.plainTag, "latest"] + named)
        let allDigests = each(digests + self.digests.prefix(Vocabulary.fewPatterns) + [Probe.anyDigest])
        let texts =
            allTags.map { ":\($0)" } + allDigests.map { "@\($0)" }
            + allDigests.prefix(2).flatMap { digest in allTags.map { ":\($0)@\(digest)" } }
        return texts.compactMap { try? ImageReference(parsing: repository + $0) }
    }

    /// The pattern with the values that its variables have in some of the namespaces.
    private func concrete(_ pattern: ImagePattern, in facts: ProbeSpace) -> [ImagePattern] {
        guard !pattern.variables.isEmpty else { return [pattern] }
        let namespaces = facts.namespaces.compactMap { $0 }.prefix(Vocabulary.fewPatterns)
        let labels = each(facts.labels.compactMap { $0 }).prefix(Vocabulary.fewPatterns)
        let filled = namespaces.flatMap { namespace in
            labels.compactMap { pattern.filled(in: namespace, labels: $0) }
        }
        return each(filled) + [pattern]
    }

    /// A label for each that a variable asks for.
    var labelsOfVariables: [NamespaceLabel] {
        variables.compactMap { variable in
            guard case .namespaceLabel(let key) = variable else { return nil }
            return try? NamespaceLabel(key: key, value: Vocabulary.filler)
        }
    }

    /// What stands for a variable.
    static let filler = "x"
    private static let plainTag = "1"
    private static let fewPatterns = 8
    private static let fewTags = 16
}

extension ProbeSpace {
    /// The same facts for the images that a policy beside the documents vouches for.
    func beside(_ voucher: WrittenPolicy, of vocabulary: Vocabulary) -> ProbeSpace {
        var theirs = Vocabulary()
        theirs.read(voucher.specification, .object(ImagePolicy.specification))
        var space = self
        let match = voucher.policy.match
        // Also those of its stages: it may vouch in one of them only.
        let names = theirs.namespaces.prefix(ProbeSpace.fewWords).compactMap(\.example)
        if !match.namespaces.isEmpty { space.namespaces = each([voucher.plainNamespace] + namespaces) }
        space.namespaces = each(space.namespaces + names)
        let together = [voucher.plainLabels] + theirs.labels.prefix(ProbeSpace.fewWords)
        space.labels = each(together.flatMap { added in labels.map { $0?.joined(by: added) } } + labels)
        space.containers = each(match.containers.prefix(1) + containers + theirs.containers)
        space.sources = each(match.sources.prefix(1) + sources + theirs.sources)
        space.digests = each(match.digests.prefix(1) + digests)
        space.images = vocabulary.images(of: theirs, in: space)
        if theirs.patterns.isEmpty {
            space.images = vocabulary.spellings(of: "docker.io/library/nginx", tags: [], digests: match.digests)
        }
        return space
    }

    private static let fewWords = 4
}

extension [NamespaceLabel] {
    /// With those of the others whose keys are not among them.
    fileprivate func joined(by others: [NamespaceLabel]) -> [NamespaceLabel] {
        self + others.filter { label in !contains { $0.key.utf8.elementsEqual(label.key.utf8) } }
    }
}
