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
    /// The names of Attestors.
    private(set) var attestors: [String] = []
    /// Where each word stands, by what it is.
    private(set) var places: [Word: Set<String>] = [:]

    /// A text and what it is called, since a tag may be written like a name.
    struct Word: Hashable, Sendable {
        let noun: String
        let text: String
    }

    /// - Parameter place: where it stands: fields, without places in lists, and what else is said there.
    mutating func read(_ value: FieldValue, _ type: FieldType, at place: String = "") {
        switch (type, value.content) {
        case (.object(let object), .object(let members)):
            for (name, member) in members {
                if let field = object[name] { read(member, field.type, at: "\(place).\(name)") }
            }
        case (.list(let element), .list(let elements)):
            for value in elements { read(value, element, at: place + value.scalars) }
        case (.either(_, let object), .object): read(value, .object(object), at: place)
        case (.either(let scalar, _), _): read(value, scalar, at: place)
        case (.text(let noun), .text(let text)): read(text, noun, at: place)
        case (.word, .text(let word)):
            if let container = ContainerKind(rawValue: word) { containers.append(container) }
            if let source = RequestSource(rawValue: word) { sources.append(source) }
        case (_, .date(let date)): if note(date.rfc3339, "a date", at: place) { dates.append(date) }
        case (_, .duration(let duration)):
            if note("\(duration)", "a duration", at: place) { durations.append(duration) }
        case (_, .dictionary(let entries)): read(entries, at: place)
        default: break
        }
    }

    private mutating func read(_ entries: [(key: FieldValue, value: FieldValue)], at place: String) {
        let labels = entries.compactMap { try? NamespaceLabel(key: $0.key.text ?? "", value: $0.value.text ?? "") }
        for label in labels { _ = note(label.text, "a label", at: place) }
        if !self.labels.contains(labels) { self.labels.append(labels) }
    }

    private mutating func read(_ text: String, _ noun: String, at place: String) {
        // There may be very many, so each is read once.
        guard Vocabulary.nouns.contains(noun) || noun == Vocabulary.attestor, note(text, noun, at: place) else {
            return
        }
        switch noun {
        case "a pattern": if let pattern = try? ImagePattern(text) { patterns.append(pattern) }
        case "a namespace name": if let name = try? NamePattern(text) { namespaces.append(name) }
        case "a tag": tags.append(text)
        case Vocabulary.attestor: attestors.append(text)
        default: if let digest = try? Digest(parsing: text) { digests.append(digest) }
        }
    }

    /// Whether it is new.
    private mutating func note(_ text: String, _ noun: String, at place: String) -> Bool {
        let word = Word(noun: noun, text: text)
        let isNew = places[word] == nil
        places[word, default: []].insert(place)
        return isNew
    }

    /// What the texts are called in which an image or a request can differ from another.
    static let nouns = ["a pattern", "a namespace name", "a tag", "a digest"]
    private static let attestor = "the name of an Attestor"

    var variables: [PatternVariable] {
        Set(patterns.flatMap(\.variables)).sorted { $0.description < $1.description }
    }
}

extension Vocabulary {
    init(of specification: FieldValue, _ type: ObjectType) {
        read(specification, .object(type))
    }

    /// Whether the word stands in other places in one of the documents than in the other. Of what was merged.
    func isMoved(_ noun: String, _ text: String) -> Bool { places[Word(noun: noun, text: text)] != nil }

    /// The words of two documents, or of many, and then those of others: first what only one of them has, the one's and the
    /// other's in turn, then what stands in other places, then the rest.
    init(_ old: Vocabulary, _ new: Vocabulary, then others: Vocabulary) {
        func merge<Value: Hashable>(_ list: (Vocabulary) -> [Value], _ words: (Value) -> [Word]) -> [Value] {
            func rank(_ word: Word) -> Int {
                let (before, after) = (old.places[word], new.places[word])
                return before == after ? 2 : before == nil || after == nil ? 0 : 1
            }
            func ranked(_ vocabulary: Vocabulary) -> [[Value]] {
                var ranked: [[Value]] = [[], [], []]
                for value in list(vocabulary) { ranked[words(value).map(rank).min() ?? 2].append(value) }
                return ranked
            }
            return each(zip(ranked(old), ranked(new)).flatMap { inTurn([$0, $1]) } + list(others))
        }
        patterns = merge(\.patterns) { [Word(noun: "a pattern", text: $0.description)] }
        namespaces = merge(\.namespaces) { [Word(noun: "a namespace name", text: $0.text)] }
        tags = merge(\.tags) { [Word(noun: "a tag", text: $0)] }
        digests = merge(\.digests) { [Word(noun: "a digest", text: $0.description)] }
        dates = merge(\.dates) { [Word(noun: "a date", text: $0.rfc3339)] }
        durations = merge(\.durations) { [Word(noun: "a duration", text: "\($0)")] }
        labels = merge(\.labels) { $0.map { Word(noun: "a label", text: $0.text) } }
        attestors = merge(\.attestors) { [Word(noun: Vocabulary.attestor, text: $0)] }
        places = old.places.merging(new.places) { $0.symmetricDifference($1) }.filter { !$0.value.isEmpty }
        containers = each(old.containers + new.containers + others.containers)
        sources = each(old.sources + new.sources + others.sources)
    }
}

extension FieldValue {
    /// What it says beside the lists in it, if it is an object.
    fileprivate var scalars: String {
        guard case .object(let members) = content else { return "" }
        let said = members.compactMap { member -> String? in
            switch member.value.content {
            case .text, .boolean, .integer, .duration, .date: "\(member.name): \(member.value.wording)"
            case .list, .object, .dictionary, .file: nil
            }
        }
        return "[\(said.sorted().joined(separator: ", "))]"
    }
}

extension NamespaceLabel {
    /// `env=production`, as the command line takes it.
    var text: String { "\(key)=\(value)" }
}

/// The first of each list, then the second of each, until all are at their end.
func inTurn<Value>(_ lists: [[Value]]) -> [Value] {
    (0..<(lists.map(\.count).max() ?? 0)).flatMap { index in
        lists.compactMap { $0.indices.contains(index) ? $0[index] : nil }
    }
}
