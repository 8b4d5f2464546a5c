/// One label of a namespace as a policy, or whoever asks on the command line, writes it: what Kubernetes takes for one.
public struct NamespaceLabel: Hashable, Sendable {
    public let key: String
    public let value: String

    /// Refuses, with a `PatternError` that says what can be one, keys and values that no Namespace object can have.
    public init(key: String, value: String) throws(PatternError) {
        guard NamespaceLabel.isKey(key) else {
            throw NamespaceLabel.notAKey(key)
        }
        guard NamespaceLabel.isValue(value) else {
            let wildcard =
                value.utf8.contains(UInt8(ascii: "*")) ? "; labels are compared exactly, without wildcards" : ""
            throw PatternError(
                description:
                    "`\(value)` cannot be the value of a label; values are at most 63 letters, digits, `-`, `_` "
                    + "and `.`, with a letter or a digit at both ends, or empty" + wildcard)
        }
        self.key = key
        self.value = value
    }

    /// Kubernetes gives every namespace a label with this key and its name as the value, and keeps it so.
    public static let nameKey = "kubernetes.io/metadata.name"

    public var isOfName: Bool { key.utf8.elementsEqual(NamespaceLabel.nameKey.utf8) }

    /// What is wrong with it as a label of the namespace of that name; nil if nothing is.
    public func contradiction(of namespace: String) -> String? {
        guard isOfName, !value.utf8.elementsEqual(namespace.utf8) else { return nil }
        return "`\(key)` of the namespace `\(namespace)` is its name, and cannot be `\(value)`"
    }

    static func notAKey(_ key: String) -> PatternError {
        PatternError(
            description:
                "`\(key)` cannot be the key of a label; keys are at most 63 letters, digits, `-`, `_` and `.`, "
                + "with a letter or a digit at both ends, and may have a domain and `/` before them")
    }

    /// A qualified name of Kubernetes: a name, with an optional DNS subdomain before it.
    static func isKey(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, isName(name) else { return false }
        return parts.count == 1 || parts.first.map(isSubdomain) == true
    }

    private static func isValue(_ text: String) -> Bool { text.isEmpty || isName(text.utf8[...]) }

    /// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`, at most 63.
    private static func isName(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    /// RFC 1123: lower-case labels with dots between them, at most 253.
    private static func isSubdomain(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count <= 253 else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
                && label.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (0x41...0x5A).contains(byte)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
