/// The tree of a regular expression in a subset of RE2's syntax: literals, `.`, classes, groups, alternatives and
/// repetitions. What RE2 knows beyond that is refused by name, never taken for a literal.
indirect enum ExpressionNode: Hashable, Sendable {
    case oneOf(ScalarSet)
    case sequence([ExpressionNode])
    case alternatives([ExpressionNode])
    /// At least `minimum` times; without a `maximum` as often as there is.
    case repeated(ExpressionNode, minimum: Int, maximum: Int?)
    case start
    case end
}

extension ExpressionNode {
    /// A text that may match it: the word for characters that are repeated without end, if they can be its, and one of the
    /// alternatives by the number of the choice.
    func example(with word: String, choice: Int) -> String {
        switch self {
        case .start, .end: return ""
        case .oneOf(let set): return String(String.UnicodeScalarView([set.example(of: word)]))
        case .sequence(let nodes): return nodes.map { $0.example(with: word, choice: choice) }.joined()
        case .alternatives(let nodes): return nodes[choice % nodes.count].example(with: word, choice: choice)
        case .repeated(.oneOf(let set), let minimum, nil)
        where minimum < 2 && word.unicodeScalars.allSatisfy(set.contains):
            return word
        case .repeated(let node, let minimum, let maximum):
            let count = max(minimum, maximum == 0 ? 0 : 1 - choice % 2)
            return String(repeating: node.example(with: word, choice: choice), count: min(count, ExpressionNode.enough))
        }
    }

    /// Repetitions of repetitions would make an example of any length.
    private static let enough = 64
}

/// Some of all Unicode scalars, as ranges.
struct ScalarSet: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    /// One of them: a dot if it can be, since most often one was meant, or one of the word.
    func example(of word: String) -> Unicode.Scalar {
        guard !contains(".") else { return "." }
        let others = "x0/@-_".unicodeScalars
        if let scalar = word.unicodeScalars.first(where: contains) ?? others.first(where: contains) { return scalar }
        return ranges.lazy.compactMap { Unicode.Scalar($0.lowerBound) }.first(where: contains) ?? " "
    }

    static func only(_ scalar: Unicode.Scalar) -> ScalarSet { ScalarSet(ranges: [scalar.value...scalar.value]) }

    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let blanks = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    /// `.` is anything but the end of a line.
    static let anyButNewline = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)
}

/// Reads the text of an expression. Every loop consumes a character, and groups within each other are bounded.
struct ExpressionParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    private static let maximumDepth = 32
    /// RE2's own bound of `{n,m}`.
    private static let maximumRepetitions = 1_000

    static func parse(_ text: String) throws(ExpressionError) -> ExpressionNode {
        var parser = ExpressionParser(scalars: Array(text.unicodeScalars))
        let node = try parser.alternatives()
        guard parser.isAtEnd else { throw parser.malformed("a `)` without its `(`") }
        return node
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var isAtEnd: Bool { position == scalars.count }
    private var next: Unicode.Scalar? { isAtEnd ? nil : scalars[position] }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func take(_ expected: String) throws(ExpressionError) -> Unicode.Scalar {
        guard let scalar = next else { throw malformed("the end where \(expected) should be") }
        position += 1
        return scalar
    }

    private func malformed(_ found: String) -> ExpressionError { .malformed(found: found, at: position + 1) }
    private func unsupported(_ found: String) -> ExpressionError { .unsupported(found: found, at: position + 1) }
}

// MARK: - Alternatives, sequences, repetitions

extension ExpressionParser {
    private mutating func alternatives() throws(ExpressionError) -> ExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ExpressionParser.maximumDepth else { throw .tooLarge }
        var nodes = [try sequence()]
        while accept("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
    }

    private mutating func sequence() throws(ExpressionError) -> ExpressionNode {
        var nodes: [ExpressionNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let atom = try atom()
            nodes.append(try repetition(of: atom))
        }
        return .sequence(nodes)
    }

    private mutating func repetition(of atom: ExpressionNode) throws(ExpressionError) -> ExpressionNode {
        let bounds: (minimum: Int, maximum: Int?)
        switch next {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            position += 1
            bounds = try countedBounds()
            position -= 1
        default: return atom
        }
        position += 1
        // Whether a match is the longest or the shortest makes no difference to whether there is one.
        _ = accept("?")
        if let scalar = next, "*+?{".unicodeScalars.contains(scalar) {
            throw malformed("a repetition of a repetition")
        }
        return .repeated(atom, minimum: bounds.minimum, maximum: bounds.maximum)
    }

    /// After the `{`, up to and including the `}`.
    private mutating func countedBounds() throws(ExpressionError) -> (minimum: Int, maximum: Int?) {
        let minimum = try count()
        var maximum: Int? = minimum
        if accept(",") { maximum = next == "}" ? nil : try count() }
        guard accept("}") else { throw malformed("a `{` that is no count: write `\\{` for the character") }
        guard minimum <= maximum ?? minimum else { throw malformed("a count whose end is before its start") }
        return (minimum, maximum)
    }

    private mutating func count() throws(ExpressionError) -> Int {
        var count = 0
        let start = position
        while let scalar = next, ScalarSet.digits.contains(scalar) {
            count = count * 10 + Int(scalar.value - 0x30)
            guard count <= ExpressionParser.maximumRepetitions else { throw .tooLarge }
            position += 1
        }
        guard position > start else { throw malformed("a `{` that is no count: write `\\{` for the character") }
        return count
    }
}

// MARK: - Atoms

extension ExpressionParser {
    private mutating func atom() throws(ExpressionError) -> ExpressionNode {
        let scalar = try take("an expression")
        switch scalar {
        case "(": return try group()
        case "[": return .oneOf(try characterClass())
        case ".": return .oneOf(.anyButNewline)
        case "^": return .start
        case "$": return .end
        case "\\": return try escape()
        case "*", "+", "?", "{":
            position -= 1
            throw malformed("`\(scalar)` with nothing to repeat before it")
        default: return .oneOf(.only(scalar))
        }
    }

    private mutating func group() throws(ExpressionError) -> ExpressionNode {
        if accept("?") {
            guard accept(":") else {
                throw unsupported("a group with options, a name or a look at what is around it, `(?…)`")
            }
        }
        let node = try alternatives()
        guard accept(")") else { throw malformed("a `(` without its `)`") }
        return node
    }

    private mutating func escape() throws(ExpressionError) -> ExpressionNode {
        if accept("A") { return .start }
        if accept("z") { return .end }
        return .oneOf(try escapedSet())
    }

    /// After a backslash.
    private mutating func escapedSet() throws(ExpressionError) -> ScalarSet {
        let scalar = try take("what follows `\\`")
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet(ranges: ScalarSet.digits.ranges, isNegated: true)
        case "w": return .word
        case "W": return ScalarSet(ranges: ScalarSet.word.ranges, isNegated: true)
        case "s": return .blanks
        case "S": return ScalarSet(ranges: ScalarSet.blanks.ranges, isNegated: true)
        default:
            // Letters and digits are, or may one day be, something else than themselves.
            guard scalar.isASCII, !ScalarSet.word.contains(scalar) || scalar == "_" else {
                position -= 1
                throw unsupported("the escape `\\\(String(scalar).quoted)`")
            }
            return .only(scalar)
        }
    }

    /// After the `[`, up to and including the `]`.
    private mutating func characterClass() throws(ExpressionError) -> ScalarSet {
        var set = ScalarSet(ranges: [])
        set.isNegated = accept("^")
        var isFirst = true
        while isFirst || next != "]" {
            isFirst = false
            if next == "[", position + 1 < scalars.count, scalars[position + 1] == ":" {
                throw unsupported("a named class `[:…:]`")
            }
            set.ranges += try classRanges()
        }
        position += 1
        return set
    }

    private mutating func classRanges() throws(ExpressionError) -> [ClosedRange<UInt32>] {
        let first = try classMember()
        guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else { return first.ranges }
        position += 1
        let last = try classMember()
        guard let low = first.single, let high = last.single, low <= high else {
            throw malformed("a range in a class whose ends are not two characters in order")
        }
        return [low...high]
    }

    private mutating func classMember() throws(ExpressionError) -> ScalarSet {
        let scalar = try take("the `]` of a class")
        guard scalar == "\\" else { return .only(scalar) }
        let set = try escapedSet()
        guard !set.isNegated else { throw unsupported("a negated escape within a class") }
        return set
    }
}

extension ScalarSet {
    fileprivate var single: UInt32? {
        guard ranges.count == 1, let range = ranges.first, range.count == 1 else { return nil }
        return range.lowerBound
    }
}

/// Why a text is no expression that is used here. Positions count characters from 1.
public enum ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed(found: String, at: Int)
    case unsupported(found: String, at: Int)
    /// More than the bounds of `AnchoredExpression`.
    case tooLarge

    public var description: String {
        switch self {
        case .malformed(let found, let position):
            "found \(found) at character \(position), expected a regular expression"
        case .unsupported(let found, let position):
            "found \(found) at character \(position), which is not supported: expected literals, `.`, `[…]`, `(…)`, `|`, `* + ? {n,m}`"
        case .tooLarge:
            "found an expression of more than \(AnchoredExpression.maximumBytes) bytes or \(AnchoredExpression.maximumInstructions) steps, expected a smaller one"
        }
    }
}
