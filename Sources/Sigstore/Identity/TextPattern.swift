public import Trust

/// What a text of a certificate has to be: an issuer, a subject, the value of an extension. Texts are compared as bytes, and
/// always as a whole.
public enum TextPattern: Hashable, Sendable, CustomStringConvertible {
    case exact(String)
    case segments(SegmentPattern)
    case expression(AnchoredExpression)

    /// A text in which `*` stands for a part of a segment, as policies write it; without a `*` that very text. Throws for an
    /// empty one, and for what `SegmentPattern` refuses.
    public init(_ text: String) throws(SegmentPatternError) {
        guard !text.isEmpty else { throw .empty }
        self = text.utf8.contains(UInt8(ascii: "*")) ? .segments(try SegmentPattern(text)) : .exact(text)
    }

    /// Whether `text` is what it has to be.
    public func matches(_ text: String) -> Bool {
        switch self {
        case .exact(let expected): text.isSpelled(expected)
        case .segments(let pattern): pattern.matches(text)
        case .expression(let expression): expression.matches(text)
        }
    }

    public var description: String {
        switch self {
        case .exact(let text): text
        case .segments(let pattern): pattern.description
        case .expression(let expression): "/\(expression)/"
        }
    }

    // `String ==` is canonical equivalence; identities are compared as bytes.
    public static func == (left: TextPattern, right: TextPattern) -> Bool {
        switch (left, right) {
        case (.exact(let left), .exact(let right)): left.isSpelled(right)
        case (.segments(let left), .segments(let right)): left == right
        case (.expression(let left), .expression(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}
