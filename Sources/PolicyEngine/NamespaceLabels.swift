/// The labels of a Namespace object. Keys and values are compared as bytes, and may be anything: whoever labels
/// namespaces wrote them.
public struct NamespaceLabels: Sendable, ExpressibleByDictionaryLiteral {
    /// By key, so that a namespace with very many labels makes no decision slow.
    private let sorted: [(key: String, value: String)]

    /// Of a key that is given twice, which no API server does, either value counts.
    public init(_ labels: some Sequence<(key: String, value: String)>) {
        sorted = labels.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    public init(dictionaryLiteral labels: (String, String)...) {
        self.init(labels.map { (key: $0.0, value: $0.1) })
    }

    /// The labels of the namespace of that name of which these are stated: with them the one that Kubernetes gives to every
    /// namespace. Another value stated under its key does not count.
    public init(of namespace: String, stated: [NamespaceLabel]) {
        let others = stated.filter { !$0.isOfName }.map { (key: $0.key, value: $0.value) }
        self.init(others + [(key: NamespaceLabel.nameKey, value: namespace)])
    }

    /// The value under that key; nil if the namespace has no such label.
    public subscript(key: String) -> String? {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = low + (high - low) / 2
            if sorted[middle].key.utf8.lexicographicallyPrecedes(key.utf8) { low = middle + 1 } else { high = middle }
        }
        guard low < sorted.count, sorted[low].key.utf8.elementsEqual(key.utf8) else { return nil }
        return sorted[low].value
    }
}
