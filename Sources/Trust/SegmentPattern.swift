/// A text in which each `*` stands for any characters but `/`: a part of a segment, or, where it is all of one, at least
/// one character.
public struct SegmentPattern: Hashable, Sendable, CustomStringConvertible {
    /// As written.
    public let description: String
    private let segments: [ArraySlice<UInt8>]

    /// As long as a text of a certificate can be; URIs are shorter.
    static let maximumBytes = 2_048

    /// Throws for `**`, which would look as if it stood for several segments, and for a text that is too long.
    public init(_ text: String) throws(SegmentPatternError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= SegmentPattern.maximumBytes else { throw .tooLong }
        let star = UInt8(ascii: "*")
        guard !zip(bytes, bytes.dropFirst()).contains(where: { $0 == star && $1 == star }) else { throw .doubleStar }
        description = text
        segments = SegmentPattern.split(bytes)
    }

    public func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= SegmentPattern.maximumBytes else { return false }
        let parts = SegmentPattern.split(bytes)
        return parts.count == segments.count && zip(segments, parts).allSatisfy(SegmentPattern.matches)
    }

    /// A text that it matches.
    public var example: String { example(with: "x") }

    /// A text that it matches, with this word for each `*`.
    public func example(with word: String) -> String { description.replacing("*", with: word) }

    private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }

    /// Only the latest `*` can have to take more, so there is no more to go back to than that.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        if pattern.count == 1, pattern.first == star { return !text.isEmpty }
        var (patternIndex, textIndex) = (pattern.startIndex, text.startIndex)
        var latest: (pattern: Int, text: Int)?
        while textIndex < text.endIndex {
            if patternIndex < pattern.endIndex, pattern[patternIndex] == star {
                latest = (patternIndex, textIndex)
                patternIndex += 1
            } else if patternIndex < pattern.endIndex, pattern[patternIndex] == text[textIndex] {
                patternIndex += 1
                textIndex += 1
            } else if let (star, taken) = latest {
                latest = (star, taken + 1)
                (patternIndex, textIndex) = (star + 1, taken + 1)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == star }
    }
}

/// Why a text is no pattern.
public enum SegmentPatternError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case doubleStar
    case tooLong

    public var description: String {
        switch self {
        case .empty: "found an empty text, expected one or a pattern"
        case .doubleStar:
            "found `**`, expected `*`, which stands for characters of one segment: more than that takes a regular expression"
        case .tooLong: "found more than \(SegmentPattern.maximumBytes) bytes, expected a shorter pattern"
        }
    }
}
