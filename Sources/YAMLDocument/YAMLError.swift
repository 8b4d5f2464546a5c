/// Why a stream was refused, and where. Nothing of a refused stream is returned.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    public let kind: Kind
    /// Lower case, without full stop, the author's words in backticks; in one line, control characters in them escaped.
    public let message: String
    public let position: YAMLPosition

    public enum Kind: Hashable, Sendable {
        /// Not UTF-8 text of printable characters.
        case encoding
        /// Not YAML.
        case syntax
        /// YAML, but of a kind that is refused: anchors, merge keys, tags, keys that are not scalars.
        case unsupported
        /// The same key twice in one mapping.
        case duplicateKey
        /// Larger than a `YAMLLimits` bound.
        case limit
    }

    public init(_ kind: Kind, _ message: String, at position: YAMLPosition) {
        self.kind = kind
        self.message = message.onOneLine
        self.position = position
    }

    public var line: Int { position.line }
    public var column: Int { position.column }
    public var description: String { "\(position): \(message)" }
}

extension String {
    /// Keys and tags may hold whatever an escape stands for.
    fileprivate var onOneLine: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.properties.generalCategory == .control {
                line += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }
}
