/// A word of a Dockerfile with its quotes removed and its variables replaced, as the builder's shell lexer does it.
struct WordExpansion {
    private let word: [UInt8]
    private let arguments: BuildArguments
    private let escape: UInt8
    private let line: Int
    private var position = 0
    private var depth = 0
    /// What variables have stood for until now, those within others counted again.
    private var replacedBytes = 0
    /// Within an alternative that does not count, where nothing needs a value.
    private var isSkipping = false
    /// Names whose default counted, each once, with it.
    private(set) var defaults: [(name: String, value: String)] = []

    /// Variables within defaults of variables; people write one or two.
    private static let maximumDepth = 16
    /// No reference is longer than some 500 bytes; a default that doubles itself must end somewhere.
    private static let maximumBytes = 4_096

    init(_ word: some Collection<UInt8>, _ arguments: BuildArguments, escape: UInt8, line: Int) {
        self.word = Array(word)
        self.arguments = arguments
        self.escape = escape
        self.line = line
    }

    /// Throws for quotes without an end, for forms that are not read here, and for a variable without a value: to the
    /// builder that is empty text, and what an image's name becomes then is nobody's intention.
    mutating func expanded() throws(DockerfileError) -> String {
        String(decoding: try text(until: nil), as: UTF8.self)
    }

    // MARK: - Quotes

    private mutating func text(until end: UInt8?) throws(DockerfileError) -> [UInt8] {
        var result: [UInt8] = []
        while position < word.count {
            let byte = word[position]
            position += 1
            switch byte {
            case _ where byte == end: return result
            case UInt8(ascii: "'"): result += try singleQuoted()
            case UInt8(ascii: "\""): result += try doubleQuoted()
            case UInt8(ascii: "$"): result += try variable()
            case escape:
                guard position < word.count else { break }
                result.append(word[position])
                position += 1
            default: result.append(byte)
            }
            guard result.count <= WordExpansion.maximumBytes else { throw tooLong() }
        }
        guard end == nil else { throw error("has a `${` without `}`") }
        return result
    }

    private mutating func singleQuoted() throws(DockerfileError) -> [UInt8] {
        guard let end = word[position...].firstIndex(of: UInt8(ascii: "'")) else {
            throw error("has a quote without an end")
        }
        defer { position = end + 1 }
        return Array(word[position..<end])
    }

    private mutating func doubleQuoted() throws(DockerfileError) -> [UInt8] {
        var result: [UInt8] = []
        while position < word.count {
            let byte = word[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return result
            case UInt8(ascii: "$"): result += try variable()
            case escape:
                guard position < word.count else { break }
                if [UInt8(ascii: "\""), UInt8(ascii: "$"), escape].contains(word[position]) {
                    result.append(word[position])
                    position += 1
                } else {
                    result.append(byte)
                }
            default: result.append(byte)
            }
        }
        throw error("has a quote without an end")
    }

    // MARK: - Variables

    /// Behind the `$`.
    private mutating func variable() throws(DockerfileError) -> [UInt8] {
        guard position < word.count else { return [UInt8(ascii: "$")] }
        let next = word[position]
        guard !next.isSpecialParameter else {
            throw error("uses `$\(String(UnicodeScalar(next)))`, which no build gives a value")
        }
        let replacement: [UInt8]
        if next == UInt8(ascii: "{") {
            position += 1
            replacement = try braced()
        } else {
            let name = try takeName()
            replacement = name.isEmpty ? [UInt8(ascii: "$")] : try value(of: name)
        }
        replacedBytes += replacement.count
        guard replacedBytes <= WordExpansion.maximumBytes else { throw tooLong() }
        return replacement
    }

    /// The builder takes letters and digits of all scripts for part of a name, and lets declare none with them.
    private mutating func takeName() throws(DockerfileError) -> String {
        guard position < word.count, word[position].isNameStart else { return "" }
        let name = word[position...].prefix(while: \.isNamePart)
        position += name.count
        guard position == word.count || word[position] < 0x80 else {
            throw error("has a variable whose name does not end before what is no ASCII, expected `${NAME}`")
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Behind the `${`.
    private mutating func braced() throws(DockerfileError) -> [UInt8] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= WordExpansion.maximumDepth else { throw error("nests more variables than are read") }
        let name = try takeName()
        guard !name.isEmpty, position < word.count else { throw error("has a `${` that is no variable") }
        var sign = word[position]
        position += 1
        if sign == UInt8(ascii: "}") { return try value(of: name) }
        let emptyCountsAsUnset = sign == UInt8(ascii: ":")
        if emptyCountsAsUnset, position < word.count {
            sign = word[position]
            position += 1
        }
        guard [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(sign) else {
            throw error(
                "uses a form of `${\(name)…}` that is not read here, expected `:-`, `:+` or `:?` behind the name")
        }
        var known = try valueIfKnown(of: name)
        if emptyCountsAsUnset, known?.isEmpty == true { known = nil }
        let alternative = try takeAlternative(counts: (known == nil) == (sign != UInt8(ascii: "+")))
        switch sign {
        case UInt8(ascii: "+"): return known == nil ? [] : alternative
        case UInt8(ascii: "-"):
            if let known { return known }
            note(default: alternative, of: name)
            return alternative
        default:
            if let known { return known }
            throw error("needs `\(name)`: \(String(decoding: alternative, as: UTF8.self))")
        }
    }

    /// Up to the `}`.
    private mutating func takeAlternative(counts: Bool) throws(DockerfileError) -> [UInt8] {
        let wasSkipping = isSkipping
        defer { isSkipping = wasSkipping }
        isSkipping = isSkipping || !counts
        return try text(until: UInt8(ascii: "}"))
    }

    private mutating func value(of name: String) throws(DockerfileError) -> [UInt8] {
        if let known = try valueIfKnown(of: name) { return known }
        throw error(
            "uses `\(name)`, which has no value: declare `ARG \(name)=…` before the first `FROM`, or give a build argument"
                + " for an `ARG \(name)` there")
    }

    private mutating func valueIfKnown(of name: String) throws(DockerfileError) -> [UInt8]? {
        guard !isSkipping else { return [] }
        switch arguments[name] {
        case .given(let value): return Array(value.utf8)
        case .byDefault(let value):
            note(default: Array(value.utf8), of: name)
            return Array(value.utf8)
        case .unset: return nil
        case .fromBuilder: throw error("depends on what is built where: give the build argument `\(name)`")
        }
    }

    private mutating func note(default value: [UInt8], of name: String) {
        guard !isSkipping, !defaults.contains(where: { $0.name == name }) else { return }
        defaults.append((name, String(decoding: value, as: UTF8.self)))
    }

    private func tooLong() -> DockerfileError { error("stands for more than \(WordExpansion.maximumBytes) bytes") }

    private func error(_ what: String) -> DockerfileError {
        DockerfileError("\(quoted(word)) \(what)", line: line)
    }
}

extension UInt8 {
    /// What a shell gives a value of its own: `$1`, `$@`.
    fileprivate var isSpecialParameter: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || "@*#?-$!".utf8.contains(self) || self >= 0x80
    }
}
