import Trust

/// What stands in a pattern for a value of the request's own: `$(namespace)` or `$(namespace.labels.KEY)`.
public enum PatternVariable: Hashable, Sendable, CustomStringConvertible {
    case namespace
    /// The value of the namespace's label with this key.
    case namespaceLabel(String)

    /// The variable as patterns have it.
    public var description: String {
        switch self {
        case .namespace: "$(namespace)"
        case .namespaceLabel(let key): "$(namespace.labels.\(key))"
        }
    }

    /// What stands between the parentheses; a `PatternError` about an unknown name says what it may have meant.
    init(_ name: String) throws(PatternError) {
        guard name != "namespace" else {
            self = .namespace
            return
        }
        guard name.hasPrefix(PatternVariable.labels) else { throw PatternVariable.unknown(name) }
        let key = String(name.dropFirst(PatternVariable.labels.count))
        guard !key.isEmpty else { throw PatternVariable.unknown(name) }
        guard NamespaceLabel.isKey(key) else { throw NamespaceLabel.notAKey(key) }
        self = .namespaceLabel(key)
    }

    private static let labels = "namespace.labels."

    private static func unknown(_ name: String) -> PatternError {
        let key = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[name.utf8.index(after: $0)...] } ?? ""
        let known = ["namespace"] + (key.isEmpty ? [] : [labels + key])
        let isOfNoLabel = labels.hasPrefix(name) && name.hasPrefix("namespace.l")
        let hint = isOfNoLabel ? nil : known.nearest(to: name).map { ", did you mean `$(\($0))`?" }
        return PatternError(
            description: "there is no variable `$(\(name))`"
                + (hint ?? ", expected `$(namespace)` or `$(namespace.labels.KEY)`"))
    }

    /// The fact that its value is, or is a part of.
    var fact: RequestFact {
        switch self {
        case .namespace: .namespace
        case .namespaceLabel: .namespaceLabels
        }
    }

    /// Its value for a request; empty if the namespace has no such label.
    func value(in facts: RequestFacts) -> Fact<String> {
        switch self {
        case .namespace: return facts.namespace
        case .namespaceLabel(let key):
            switch facts.namespaceLabels {
            case .known(let labels): return .known(labels[key] ?? "")
            case .unknown: return .unknown
            case .absent: return .absent
            }
        }
    }
}
