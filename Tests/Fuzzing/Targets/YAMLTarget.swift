import YAMLDocument

/// Documents print to ones that read the same, whatever style they were written in; positions lie in the text; the
/// limits hold.
enum YAMLTarget {
    static func run(_ input: [UInt8]) {
        check(input, limits)
        var expanding = limits
        expanding.aliases = .expanded(budget: 1_000)
        check(input, expanding)
    }

    private static let limits = YAMLLimits(
        maximumBytes: 65_536, maximumDocuments: 8, maximumDepth: 16, maximumNodes: 4_096)

    private static func check(_ input: [UInt8], _ limits: YAMLLimits) {
        let lines = input.count { $0 == 0x0A || $0 == 0x0D } + 1
        let documents: [YAMLNode]
        do throws(YAMLError) {
            documents = try YAMLStream.parse(input, limits: limits)
        } catch {
            hold((1...lines + 1).contains(error.line) && error.column > 0, "an error is in the text: \(error)")
            hold(
                !error.message.isEmpty && error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 },
                "an error is one line")
            hold(error.message.utf8.count < 4_096, "an error is short")
            hold((try? YAMLStream.parse(input + [0x0A], limits: limits)) == nil, "what is refused stays refused")
            return
        }
        hold(documents.count <= limits.maximumDocuments, "the limit of documents holds")
        hold(documents.allSatisfy { $0.depth <= limits.maximumDepth }, "the limit of depth holds")
        hold(documents.allSatisfy { $0.lastLine <= lines + 1 }, "every node is in the text")
        hold(documents.allSatisfy(\.hasDistinctKeys), "no key is given twice")
        let printed = Array(documents.map { "---\n\($0.printed)\n" }.joined().utf8)
        var wider = limits
        wider.maximumBytes = 1 << 22
        wider.maximumNodes = 1 << 20
        guard let again = try? YAMLStream.parse(printed, limits: wider) else {
            return hold(false, "what is printed is read: \(String(decoding: printed, as: UTF8.self))")
        }
        hold(
            again.count == documents.count && zip(again, documents).allSatisfy { $0.isSame(as: $1) },
            "parse(print(x)) == x: \(String(decoding: printed, as: UTF8.self))")
    }
}

extension YAMLNode {
    /// In flow style, every text in double quotes.
    fileprivate var printed: String {
        switch kind {
        case .scalar(let scalar): scalar.printed
        case .sequence(let elements): "[" + elements.map(\.printed).joined(separator: ", ") + "]"
        // A key of more than 1024 characters needs its `?`.
        case .mapping(let members):
            "{" + members.map { "? \($0.key.printed) : \($0.value.printed)" }.joined(separator: ", ") + "}"
        }
    }

    fileprivate func isSame(as other: YAMLNode) -> Bool {
        switch (kind, other.kind) {
        case (.scalar(let left), .scalar(let right)):
            left.resolved.isSame(as: right.resolved)
                && (left.resolved != .string || left.text.utf8.elementsEqual(right.text.utf8))
        case (.sequence(let left), .sequence(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.mapping(let left), .mapping(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy { $0.key.isSame(as: $1.key) && $0.value.isSame(as: $1.value) }
        default: false
        }
    }

    fileprivate var depth: Int {
        switch kind {
        case .scalar: 0
        case .sequence(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .mapping(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        }
    }

    fileprivate var lastLine: Int {
        max(
            line, elements.map(\.lastLine).max() ?? 0,
            members.map { max($0.key.lastLine, $0.value.lastLine) }.max() ?? 0)
    }

    fileprivate var hasDistinctKeys: Bool {
        let keys = members.compactMap { $0.key.scalar.map { Array($0.text.utf8) } }
        return keys.count == members.count && Set(keys).count == keys.count
            && elements.allSatisfy(\.hasDistinctKeys) && members.allSatisfy(\.value.hasDistinctKeys)
    }
}

extension YAMLScalar {
    /// What is no text is plain in any style, and so is printed plain.
    fileprivate var printed: String {
        switch resolved {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer: text
        // One that was tagged may be written as a whole number.
        case .float: "!!float \(text)"
        case .string: "\"" + text.unicodeScalars.map(\.printed).joined() + "\""
        }
    }
}

extension Unicode.Scalar {
    fileprivate var printed: String {
        if (0x20...0x7E).contains(value), self != "\"", self != "\\" { return String(self) }
        let digits = String(value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}

extension YAMLScalar.Resolved {
    /// No NaN equals another.
    fileprivate func isSame(as other: YAMLScalar.Resolved) -> Bool {
        if case .float(let left) = self, case .float(let right) = other, left.isNaN { return right.isNaN }
        return self == other
    }
}
