/// A value of a YAML document and the place where it begins.
public struct YAMLNode: Sendable {
    public let kind: Kind
    public let position: YAMLPosition

    public enum Kind: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the order in which they were written. Keys are scalars, and no two have the same text.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    public init(_ kind: Kind, at position: YAMLPosition) {
        self.kind = kind
        self.position = position
    }

    public var line: Int { position.line }
    public var column: Int { position.column }

    public var scalar: YAMLScalar? {
        guard case .scalar(let scalar) = kind else { return nil }
        return scalar
    }

    /// The elements of a sequence, else none.
    public var elements: [YAMLNode] {
        guard case .sequence(let elements) = kind else { return [] }
        return elements
    }

    /// The members of a mapping, else none.
    public var members: [(key: YAMLNode, value: YAMLNode)] {
        guard case .mapping(let members) = kind else { return [] }
        return members
    }

    /// The value under the key with exactly these bytes.
    public subscript(key: String) -> YAMLNode? {
        members.first { $0.key.scalar?.text.utf8.elementsEqual(key.utf8) ?? false }?.value
    }
}

/// Text, and what the YAML 1.2 core schema takes it for.
public struct YAMLScalar: Sendable {
    /// What was written, after quotes, escapes and folding are undone.
    public let text: String
    public let resolved: Resolved
    public let style: Style

    public enum Resolved: Hashable, Sendable {
        case string
        /// Nil when the number does not fit.
        case integer(Int?)
        case float(Double)
        case boolean(Bool)
        case null
    }

    public enum Style: Hashable, Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    public init(text: String, resolved: Resolved, style: Style) {
        self.text = text
        self.resolved = resolved
        self.style = style
    }
}

/// Line and column from 1. A column counts Unicode scalars, so a tab or an accented letter is one column, as editors
/// that do not widen tabs show it.
public struct YAMLPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let line: Int
    public let column: Int

    public static let start = YAMLPosition(line: 1, column: 1)

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column)" }

    public static func < (left: YAMLPosition, right: YAMLPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
