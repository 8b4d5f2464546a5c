import YAMLDocument

/// A text of a Compose file with its variables replaced (compose-spec, 12-interpolation.md): `$NAME`, `${NAME}`,
/// `${NAME:-default}`, `${NAME:+alternative}`, `${NAME:?message}`, each also without the colon, and `$$` for one `$`.
struct Interpolation {
    private let text: [UInt8]
    private let variables: [String: String]
    private let place: YAMLPosition
    private var position = 0
    private var depth = 0
    /// What variables have stood for until now, those within others counted again.
    private var replacedBytes = 0
    /// Within an alternative that does not count, where nothing needs a value.
    private var isSkipping = false
    /// Names whose default counted, with it.
    private(set) var defaults: [(name: String, value: String)] = []

    /// Variables within defaults of variables; people write one or two.
    private static let maximumDepth = 16
    /// No reference is longer than some 500 bytes.
    private static let maximumBytes = 4_096

    init(_ text: String, variables: [String: String], at place: YAMLPosition) {
        self.text = Array(text.utf8)
        self.variables = variables
        self.place = place
    }

    /// Throws for what Compose takes for no variable, and for a variable without a value: Compose puts empty text for it,
    /// and what an image's name becomes then is nobody's intention.
    mutating func interpolated() throws(ComposeError) -> String {
        guard text.count <= Interpolation.maximumBytes else { throw tooLong() }
        return String(decoding: try replaced(until: nil), as: UTF8.self)
    }

    private mutating func replaced(until end: UInt8?) throws(ComposeError) -> [UInt8] {
        var result: [UInt8] = []
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case _ where byte == end: return result
            case UInt8(ascii: "$"): result += try variable()
            case UInt8(ascii: "{") where end != nil: throw error("has a `{` within a `${…}`")
            default: result.append(byte)
            }
        }
        guard end == nil else { throw error("has a `${` without `}`") }
        return result
    }

    /// Behind the `$`.
    private mutating func variable() throws(ComposeError) -> [UInt8] {
        guard position < text.count else { throw notAVariable() }
        let replacement: [UInt8]
        switch text[position] {
        case UInt8(ascii: "$"):
            position += 1
            replacement = [UInt8(ascii: "$")]
        case UInt8(ascii: "{"):
            position += 1
            replacement = try braced()
        default: replacement = try value(of: takeName())
        }
        replacedBytes += replacement.count
        guard replacedBytes <= Interpolation.maximumBytes else { throw tooLong() }
        return replacement
    }

    /// Behind the `${`.
    private mutating func braced() throws(ComposeError) -> [UInt8] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Interpolation.maximumDepth else { throw error("nests more variables than are read") }
        let name = try takeName()
        guard position < text.count else { throw error("has a `${` without `}`") }
        var sign = text[position]
        position += 1
        if sign == UInt8(ascii: "}") { return try value(of: name) }
        let emptyCountsAsUnset = sign == UInt8(ascii: ":")
        if emptyCountsAsUnset, position < text.count {
            sign = text[position]
            position += 1
        }
        guard [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(sign) else { throw notAVariable() }
        var known = isSkipping ? [] : variables[name].map { Array($0.utf8) }
        if emptyCountsAsUnset, known?.isEmpty == true { known = nil }
        let alternative = try takeAlternative(counts: (known == nil) == (sign != UInt8(ascii: "+")))
        switch sign {
        case UInt8(ascii: "+"): return known == nil ? [] : alternative
        case UInt8(ascii: "-"):
            if let known { return known }
            if !isSkipping { defaults.append((name, String(decoding: alternative, as: UTF8.self))) }
            return alternative
        default:
            if let known { return known }
            if isSkipping { return [] }
            throw error("needs `\(name)`: \(String(decoding: alternative, as: UTF8.self))")
        }
    }

    /// Up to the `}`.
    private mutating func takeAlternative(counts: Bool) throws(ComposeError) -> [UInt8] {
        let wasSkipping = isSkipping
        defer { isSkipping = wasSkipping }
        isSkipping = isSkipping || !counts
        return try replaced(until: UInt8(ascii: "}"))
    }

    private func value(of name: String) throws(ComposeError) -> [UInt8] {
        if isSkipping { return [] }
        guard let value = variables[name] else {
            throw error(
                "uses `\(name)`, which has no value: give it one in an environment file, or a default as in `${\(name):-…}`"
            )
        }
        return Array(value.utf8)
    }

    private mutating func takeName() throws(ComposeError) -> String {
        let name = text[position...].prefix(while: VariableName.isPart)
        guard let text = VariableName.text(name) else { throw notAVariable() }
        position += name.count
        return text
    }

    private func notAVariable() -> ComposeError {
        error("has a `$` that begins no variable; write `$$` for the character itself")
    }

    private func tooLong() -> ComposeError { error("is longer than \(Interpolation.maximumBytes) bytes") }

    private func error(_ what: String) -> ComposeError {
        ComposeError("\(quoted(String(decoding: text, as: UTF8.self))) \(what)", at: place)
    }
}

/// Letters, digits and `_`, no digit first.
enum VariableName {
    static func isPart(_ byte: UInt8) -> Bool {
        isStart(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Nil for what is no name.
    static func text(_ bytes: some Collection<UInt8>) -> String? {
        guard let first = bytes.first, isStart(first), bytes.allSatisfy(isPart) else { return nil }
        return String(decoding: Array(bytes), as: UTF8.self)
    }

    private static func isStart(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}
