/// A path with shell-style wildcards (section 4.5): `*`, `?` and `[a-z]`, `[!a-z]` stand for what is within one segment; a
/// slash stands for itself alone.
struct PathPattern: Sendable {
    private let segments: [[Token]]

    private enum Token: Sendable {
        case anything
        case character
        case literal(Unicode.Scalar)
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .anything, .character: true
            case .literal(let literal): literal == scalar
            case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    init(_ pattern: [UInt8]) {
        segments = pattern.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { segment in
            PathPattern.tokens(of: Array(String(decoding: segment, as: UTF8.self).unicodeScalars))
        }
    }

    /// The work is at most the length of the path times that of the pattern.
    func matches(_ path: TargetPath) -> Bool {
        let names = path.segments
        return names.count == segments.count
            && zip(segments, names).allSatisfy { tokens, name in
                PathPattern.match(tokens, Array(String(decoding: name, as: UTF8.self).unicodeScalars))
            }
    }

    private static func match(_ tokens: [Token], _ name: [Unicode.Scalar]) -> Bool {
        var (token, scalar) = (0, 0)
        // Where the last `*` stands, and up to where it reaches: what fails behind it is tried again one further.
        var star: (token: Int, scalar: Int)?
        while scalar < name.count {
            if token < tokens.count, case .anything = tokens[token] {
                star = (token, scalar)
                token += 1
            } else if token < tokens.count, tokens[token].matches(name[scalar]) {
                token += 1
                scalar += 1
            } else if let last = star {
                star = (last.token, last.scalar + 1)
                (token, scalar) = (last.token + 1, last.scalar + 1)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { if case .anything = $0 { true } else { false } }
    }

    private static func tokens(of pattern: [Unicode.Scalar]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < pattern.count {
            switch pattern[index] {
            case "*": tokens.append(.anything)
            case "?": tokens.append(.character)
            case "[":
                if let set = set(in: pattern, from: index + 1) {
                    tokens.append(set.token)
                    index = set.end
                } else {
                    tokens.append(.literal("["))
                }
            case let literal: tokens.append(.literal(literal))
            }
            index += 1
        }
        return tokens
    }

    /// What stands between brackets, and where the closing one is; nil if there is none.
    private static func set(in pattern: [Unicode.Scalar], from start: Int) -> (token: Token, end: Int)? {
        var index = start
        let isNegated = index < pattern.count && pattern[index] == "!"
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < pattern.count {
            // A bracket that stands first is one of the set.
            if pattern[index] == "]", index > first { return (.oneOf(ranges, isNegated: isNegated), index) }
            if index + 2 < pattern.count, pattern[index + 1] == "-", pattern[index + 2] != "]" {
                if pattern[index] <= pattern[index + 2] { ranges.append(pattern[index]...pattern[index + 2]) }
                index += 3
            } else {
                ranges.append(pattern[index]...pattern[index])
                index += 1
            }
        }
        return nil
    }
}
