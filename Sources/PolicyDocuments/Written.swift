import PolicyEngine
import Trust

/// What a document came to, with what was written in it.
struct Written<Value: Sendable>: Sendable {
    let value: Value
    let kind: Envelope.Kind
    let name: String
    /// Where its name stands.
    let position: SourcePosition
    let specification: FieldValue
}

typealias WrittenPolicy = Written<ImagePolicy>

extension WrittenPolicy {
    var policy: ImagePolicy { value }

    /// Each check with its item, which has its position.
    var checks: [(check: PolicyCheck, item: FieldValue)] {
        Array(zip(policy.checks, specification["checks"]?.elements ?? []))
    }

    /// The entries of `match.images`, each with its place.
    var images: [(pattern: ImagePattern, element: FieldValue)] {
        Array(zip(policy.match.images.map(plain), specification["match"]?["images"]?.elements ?? []))
    }

    /// A namespace that the policy is about, as far as names go.
    var plainNamespace: String {
        policy.match.namespaceLabels.first(where: \.isOfName)?.value
            ?? policy.match.namespaces.lazy.compactMap(\.example).first ?? "default"
    }

    /// Labels with which it is about that namespace, and with which every variable of its patterns has a value.
    var plainLabels: [NamespaceLabel] {
        let asked = policy.match.namespaceLabels
        let others = policy.namespaceLabelKeys.filter { key in !asked.contains { $0.key.utf8.elementsEqual(key.utf8) } }
        return asked
            + others.compactMap { key in
                let isName = key.utf8.elementsEqual(NamespaceLabel.nameKey.utf8)
                return try? NamespaceLabel(key: key, value: isName ? plainNamespace : "x")
            }
    }

    /// The pattern with the values that its variables have in that namespace.
    func plain(_ pattern: ImagePattern) -> ImagePattern {
        pattern.filled(in: plainNamespace, labels: plainLabels) ?? pattern
    }

    /// The entries of `match.namespaces.names`, each with its place.
    var namespaces: [(pattern: NamePattern, element: FieldValue)] {
        Array(zip(policy.match.namespaces, specification["match"]?["namespaces"]?["names"]?.elements ?? []))
    }
}
