import PolicyEngine

/// The namespace that the command line names, for images whose file names none, and what it says of its labels.
struct NamedNamespace: Sendable {
    let name: String?
    private let labels: NamespaceLabels?

    init(_ name: String?) {
        self.name = name
        labels = nil
    }

    /// - Parameter labels: as `--namespace-labels` takes them, `env=production,team=shop`; an empty text for none.
    /// - Throws: `UsageError` about what cannot be a label, is there twice, or contradicts the name.
    init(_ name: String, labels texts: [String]) throws(UsageError) {
        var labels: [NamespaceLabel] = []
        for text in texts where !text.isEmpty {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let label = try NamedNamespace.label(part)
                guard !labels.contains(where: { $0.key == label.key }) else {
                    throw UsageError("--namespace-labels: `\(label.key)` is there twice")
                }
                labels.append(label)
            }
        }
        if let contradiction = labels.lazy.compactMap({ $0.contradiction(of: name) }).first {
            throw UsageError("--namespace-labels: \(contradiction)")
        }
        self.name = name
        self.labels = NamespaceLabels(of: name, stated: labels)
    }

    private static func label(_ text: Substring) throws(UsageError) -> NamespaceLabel {
        guard let equals = text.firstIndex(of: "=") else {
            throw UsageError("--namespace-labels: `\(text)` is no label; write it as `env=production`")
        }
        do {
            return try NamespaceLabel(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
        } catch {
            throw UsageError("--namespace-labels: \(error)")
        }
    }

    /// What is known of a request in `own`, the namespace that its file names, or else in this one. Of labels nobody but
    /// the command line speaks, and it speaks of this namespace.
    func facts(of source: RequestSource, in own: String? = nil) -> RequestFacts {
        guard let namespace = own ?? name else { return RequestFacts(source: source, namespace: .absent) }
        let isThis = name?.utf8.elementsEqual(namespace.utf8) == true
        return RequestFacts(
            source: source, namespace: .known(namespace),
            namespaceLabels: isThis ? labels.map(Fact.known) ?? .absent : .absent)
    }
}
