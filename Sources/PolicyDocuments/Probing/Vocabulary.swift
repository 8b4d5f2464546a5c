import OCI
import PolicyEngine
import Timestamp
import Trust

/// What documents speak of: patterns, names, tags, digests and dates, wherever in them they stand. A field's type says
/// what its text is, so a new check's patterns are found like those of the others.
struct Vocabulary: Sendable {
    private(set) var patterns: [ImagePattern] = []
    private(set) var namespaces: [NamePattern] = []
    /// With `*` for any run of characters.
    private(set) var tags: [String] = []
    private(set) var digests: [Digest] = []
    private(set) var dates: [Instant] = []
    private(set) var durations: [Duration] = []
    private(set) var containers: [ContainerKind] = []
    private(set) var sources: [RequestSource] = []
    /// Those that stand together.
    private(set) var labels: [[NamespaceLabel]] = []
    /// Every word that was read, each once.
    private(set) var words: Set<String> = []

    mutating func read(_ value: FieldValue, _ type: FieldType) {
        switch (type, value.content) {
        case (.object(let object), .object(let members)):
            for (name, member) in members {
                if let field = object[name] { read(member, field.type) }
            }
        case (.list(let element), .list(let elements)):
            for value in elements { read(value, element) }
        case (.either(_, let object), .object): read(value, .object(object))
        case (.either(let scalar, _), _): read(value, scalar)
        case (.text(let noun), .text(let text)): read(text, noun)
        case (.word, .text(let word)):
            if let container = ContainerKind(rawValue: word) { containers.append(container) }
            if let source = RequestSource(rawValue: word) { sources.append(source) }
        case (_, .date(let date)): if words.insert(date.rfc3339).inserted { dates.append(date) }
        case (_, .duration(let duration)):
            if words.insert("\(duration)").inserted { durations.append(duration) }
        case (_, .dictionary(let entries)): read(entries)
        default: break
        }
    }

    private mutating func read(_ entries: [(key: FieldValue, value: FieldValue)]) {
        let labels = entries.compactMap { try? NamespaceLabel(key: $0.key.text ?? "", value: $0.value.text ?? "") }
        words.formUnion(labels.map(\.text))
        if !self.labels.contains(labels) { self.labels.append(labels) }
    }

    private mutating func read(_ text: String, _ noun: String) {
        // Patterns and names of the same text are read once, and there may be very many.
        guard Vocabulary.nouns.contains(noun), words.insert(text).inserted else { return }
        switch noun {
        case "a pattern": if let pattern = try? ImagePattern(text) { patterns.append(pattern) }
        case "a namespace name": if let name = try? NamePattern(text) { namespaces.append(name) }
        case "a tag": tags.append(text)
        default: if let digest = try? Digest(parsing: text) { digests.append(digest) }
        }
    }

    /// What the texts are called in which an image or a request can differ from another.
    static let nouns = ["a pattern", "a namespace name", "a tag", "a digest"]

    /// With those words first, in everything of which not all may be tried.
    mutating func putFirst(_ first: Set<String>) {
        patterns.putFirst { first.contains($0.description) }
        namespaces.putFirst { first.contains($0.text) }
        tags.putFirst(first.contains)
        digests.putFirst { first.contains($0.description) }
        dates.putFirst { first.contains($0.rfc3339) }
        durations.putFirst { first.contains("\($0)") }
        labels.putFirst { $0.contains { first.contains($0.text) } }
    }

    /// Without patterns and names that are none of those words.
    mutating func keep(_ words: Set<String>) {
        patterns.removeAll { !words.contains($0.description) }
        namespaces.removeAll { !words.contains($0.text) }
    }

    var variables: [PatternVariable] {
        Set(patterns.flatMap(\.variables)).sorted { $0.description < $1.description }
    }
}

extension NamespaceLabel {
    /// `env=production`, as the command line takes it.
    var text: String { "\(key)=\(value)" }
}

extension Array {
    mutating func putFirst(_ isFirst: (Element) -> Bool) {
        self = filter(isFirst) + filter { !isFirst($0) }
    }
}
