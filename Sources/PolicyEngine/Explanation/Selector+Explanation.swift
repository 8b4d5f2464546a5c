import OCI

extension Selector {
    /// Which images it is about, as a phrase: "images that match `registry.example.com/**`, in a namespace named `prod-*`".
    public var explanation: String {
        let phrases = parts.map { part in
            "\(part.phrase) \(listedInFull(part.entries.map(\.word), conjunction: part.needsAll ? "and" : "or"))"
        }
        return phrases.isEmpty ? "every image" : "images " + phrases.joined(separator: ", ")
    }

    /// Why it does or does not match: a reason for each selector that is given.
    func reasons(for image: ImageUnderJudgement) -> [SelectorReason] { parts.map { $0.reason(for: image) } }

    /// One of the selectors: a field, with its entries each as a selector of its own.
    private struct Part {
        let field: String
        /// What stands between "images" and the entries.
        let phrase: String
        let entries: [(word: String, selector: Selector)]
        /// Whether all entries have to match, and not only one.
        var needsAll = false
        /// What it looks at.
        let found: (ImageUnderJudgement) -> String?
        /// Whether only a tag beside a digest fits.
        var fitsByTagAlone: (ImageUnderJudgement) -> Bool = { _ in false }

        func reason(for image: ImageUnderJudgement) -> SelectorReason {
            let matches = entries.map { (word: $0.word, match: $0.selector.match(image)) }
            let match = (needsAll ? matches.map(\.match).min() : matches.map(\.match).max()) ?? .yes
            let decisive = match == .no && !needsAll ? matches : matches.filter { $0.match == match }
            let isByTag = match == .unknown && fitsByTagAlone(image)
            return SelectorReason(
                selector: field, fit: isByTag ? .onlyByTag : SelectorReason.Fit(match), found: found(image),
                entries: decisive.map(\.word))
        }
    }

    /// Those that are given. A selector that is missing here is one that nobody could explain: a test holds the list against
    /// the fields.
    private var parts: [Part] {
        [
            Part(
                field: "images", phrase: "that match",
                entries: images.map { ($0.description, Selector(images: [$0])) }, found: { "`\($0.reference)`" },
                fitsByTagAlone: { image in images.contains { $0.match(image.subject) == .onlyByTagBesideDigest } }),
            Part(
                field: "digests", phrase: "with the digest",
                entries: digests.map { ($0.description, Selector(digests: [$0])) }
            ) { $0.digest.map { "`\($0)`" } },
            Part(
                field: "namespaces.names", phrase: "in a namespace named",
                entries: namespaces.map { ($0.text, Selector(namespaces: [$0])) }
            ) { $0.facts.namespace.shown },
            Part(
                field: "namespaces.labels", phrase: "in a namespace labelled",
                entries: namespaceLabels.map { ("\($0.key)=\($0.value)", Selector(namespaceLabels: [$0])) },
                needsAll: true
            ) { found(in: $0.facts.namespaceLabels) },
            Part(
                field: "containers", phrase: "in a container of the kind",
                entries: containers.map { ($0.rawValue, Selector(containers: [$0])) }
            ) { "`\($0.container.rawValue)`" },
            Part(
                field: "sources", phrase: "in a request from",
                entries: sources.map { ($0.rawValue, Selector(sources: [$0])) }
            ) { "`\($0.facts.source.rawValue)`" },
        ].filter { !$0.entries.isEmpty }
    }
}

extension Selector {
    /// What a namespace has in place of the labels that are asked for; nil if that is not known.
    private func found(in labels: Fact<NamespaceLabels>) -> String? {
        guard case .known(let labels) = labels else { return nil }
        let found = namespaceLabels.map(\.key).map { key in
            labels[key].map { "`\(key)=\($0)`" } ?? "a namespace without the label `\(key)`"
        }
        return found.joined(separator: ", ")
    }
}

extension Fact<String> {
    fileprivate var shown: String? {
        guard case .known(let value) = self else { return nil }
        return "`\(value)`"
    }
}

/// Why one selector of a policy does or does not match an image.
public struct SelectorReason: Hashable, Sendable, CustomStringConvertible {
    /// The field: `namespaces.names`.
    public let selector: String
    public let fit: Fit
    /// What the image or its request has there, in backticks; nil if that is not known.
    public let found: String?
    /// The entries that decided: those that match, or all if none does.
    public let entries: [String]

    /// Whether the selector matches.
    public enum Fit: String, Hashable, Sendable {
        case yes
        case no
        /// A request has no such fact at this door.
        case noSuchFact
        /// It depends on the digest that the tag stands for.
        case whenResolved
        /// A fact could not be had.
        case unknown
        /// Only a tag beside a digest fits, and the digest is what runs.
        case onlyByTag

        init(_ match: Selector.Match) {
            self =
                switch match {
                case .yes: .yes
                case .no: .no
                case .noNamespace, .noNamespaceLabels: .noSuchFact
                case .whenResolved: .whenResolved
                case .unknown: .unknown
                }
        }
    }

    /// A clause: "`shop` is none of `prod-*`".
    public var description: String {
        let words = listedInFull(entries, conjunction: fit == .no ? "and" : "or")
        switch fit {
        case .yes: return "\(found ?? "it") fits \(words)"
        case .no: return "\(found ?? "it") fits none of \(words)"
        case .noSuchFact:
            return found.map { "\($0) cannot fit \(words), whose variable has no value in this request" }
                ?? "the request has none, so it cannot fit \(words)"
        case .whenResolved: return "whether it fits \(words) depends on the digest that the tag stands for"
        case .unknown:
            return found.map { "\($0) may fit \(words), which is not known" }
                ?? "it is not known, so it may fit \(words)"
        case .onlyByTag:
            return "\(found ?? "it") fits \(words) by a tag alone, which counts for nothing beside a digest"
        }
    }
}
