/// A regular expression that has to match a text from its first to its last character, whether or not it says `^` and `$`.
///
/// It is run as Thompson's construction: all ways to match are followed at once, so the work is at most the length of the
/// text times the size of the expression, whatever both contain. Swift's own `Regex` backtracks.
public struct AnchoredExpression: Hashable, Sendable, CustomStringConvertible {
    /// Of the expression as written.
    public static let maximumBytes = 2_048
    /// Of the expression with its counted repetitions written out.
    public static let maximumInstructions = 1_000
    /// No text of a certificate is longer; one that is does not match.
    public static let maximumTextBytes = 2_048

    /// As written.
    public let description: String
    private let root: ExpressionNode
    private let program: [Instruction]

    private enum Instruction: Hashable, Sendable {
        case oneOf(ScalarSet)
        case fork(Int, Int)
        case jump(Int)
        case start
        case end
        case match
    }

    /// Throws for what is no expression, or uses what is not supported: references to groups, looks around, options, named
    /// classes, Unicode properties, word boundaries.
    public init(_ text: String) throws(ExpressionError) {
        guard text.utf8.count <= AnchoredExpression.maximumBytes else { throw .tooLarge }
        description = text
        var compiler = Compiler()
        root = try ExpressionParser.parse(text)
        try compiler.add(root)
        try compiler.emit(.match)
        program = compiler.program
    }

    /// Whether the whole text matches.
    public func matches(_ text: String) -> Bool {
        guard text.utf8.count <= AnchoredExpression.maximumTextBytes else { return false }
        let scalars = text.unicodeScalars
        var states = StateList(capacity: program.count)
        follow(0, into: &states, isAtStart: true, isAtEnd: scalars.isEmpty)
        var remaining = scalars.count
        for scalar in scalars {
            remaining -= 1
            var following = StateList(capacity: program.count)
            for state in states.members {
                guard case .oneOf(let set) = program[state], set.contains(scalar) else { continue }
                follow(state + 1, into: &following, isAtStart: false, isAtEnd: remaining == 0)
            }
            guard !following.members.isEmpty else { return false }
            states = following
        }
        return states.members.contains { program[$0] == .match }
    }

    public static func == (left: AnchoredExpression, right: AnchoredExpression) -> Bool {
        left.description.isSpelled(right.description)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }

    /// Some texts that may match, with the word wherever any characters will do.
    func examples(with word: String) -> [String] {
        var examples: [String] = []
        for choice in 0..<AnchoredExpression.maximumExamples {
            let example = root.example(with: word, choice: choice)
            if !examples.contains(where: example.isSpelled) { examples.append(example) }
        }
        return examples
    }

    /// Each takes another one of the alternatives.
    private static let maximumExamples = 8

    /// Adds what is reached from a state without a character.
    private func follow(_ first: Int, into states: inout StateList, isAtStart: Bool, isAtEnd: Bool) {
        var pending = [first]
        while let state = pending.popLast() {
            guard states.insert(state) else { continue }
            switch program[state] {
            case .fork(let one, let other): pending += [other, one]
            case .jump(let target): pending.append(target)
            case .start: if isAtStart { pending.append(state + 1) }
            case .end: if isAtEnd { pending.append(state + 1) }
            case .oneOf, .match: break
            }
        }
    }

    /// States, each once.
    private struct StateList {
        private(set) var members: [Int] = []
        private var isMember: [Bool]

        init(capacity: Int) { isMember = Array(repeating: false, count: capacity) }

        mutating func insert(_ state: Int) -> Bool {
            guard !isMember[state] else { return false }
            isMember[state] = true
            members.append(state)
            return true
        }
    }

    private struct Compiler {
        private(set) var program: [Instruction] = []

        mutating func emit(_ instruction: Instruction) throws(ExpressionError) {
            guard program.count < AnchoredExpression.maximumInstructions else { throw .tooLarge }
            program.append(instruction)
        }

        mutating func add(_ node: ExpressionNode) throws(ExpressionError) {
            switch node {
            case .oneOf(let set): try emit(.oneOf(set))
            case .start: try emit(.start)
            case .end: try emit(.end)
            case .sequence(let nodes): for node in nodes { try add(node) }
            case .alternatives(let nodes): try addAlternatives(nodes)
            case .repeated(let node, let minimum, let maximum):
                for _ in 0..<minimum {
                    let start = program.count
                    try add(node)
                    // What is empty is so however often, and within others of its kind that is very often.
                    guard program.count > start else { break }
                }
                guard let maximum else { return try addLoop(node) }
                try addOptional(node, times: maximum - minimum)
            }
        }

        private mutating func addAlternatives(_ nodes: [ExpressionNode]) throws(ExpressionError) {
            var jumps: [Int] = []
            for node in nodes.dropLast() {
                let fork = program.count
                try emit(.fork(fork + 1, fork + 1))
                try add(node)
                jumps.append(program.count)
                try emit(.jump(program.count))
                program[fork] = .fork(fork + 1, program.count)
            }
            if let last = nodes.last { try add(last) }
            for jump in jumps { program[jump] = .jump(program.count) }
        }

        private mutating func addLoop(_ node: ExpressionNode) throws(ExpressionError) {
            let fork = program.count
            try emit(.fork(fork + 1, fork + 1))
            try add(node)
            try emit(.jump(fork))
            program[fork] = .fork(fork + 1, program.count)
        }

        /// Each repetition only after the one before it.
        private mutating func addOptional(_ node: ExpressionNode, times: Int) throws(ExpressionError) {
            var forks: [Int] = []
            for _ in 0..<times {
                forks.append(program.count)
                try emit(.fork(program.count + 1, program.count + 1))
                try add(node)
            }
            for fork in forks { program[fork] = .fork(fork + 1, program.count) }
        }
    }
}
