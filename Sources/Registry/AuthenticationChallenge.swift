/// One challenge of a `WWW-Authenticate` field (RFC 9110 section 11.6.1).
///
/// A registry, or whoever answers in its place, chooses every byte of it: the reader takes no more than the grammar and a
/// few kilobytes.
struct AuthenticationChallenge: Hashable {
    /// Lower case: `bearer`.
    let scheme: String
    /// Names in lower case, values without their quotes.
    let parameters: [String: String]

    /// Real challenges have some hundred bytes.
    static let maximumBytes = 8 * 1024
    static let maximumChallenges = 8
    static let maximumParameters = 16

    /// The challenges of all fields; nil if they cannot be read exactly. A parameter that comes twice cannot: one reader
    /// would take the first, another the last.
    static func parse(_ fields: [String]) -> [AuthenticationChallenge]? {
        guard fields.reduce(0, { $0 + $1.utf8.count }) <= maximumBytes else { return nil }
        var challenges: [AuthenticationChallenge] = []
        for field in fields {
            var reader = ChallengeReader(Array(field.utf8))
            while reader.skipToChallenge() {
                guard challenges.count < maximumChallenges, let challenge = reader.challenge() else { return nil }
                challenges.append(challenge)
            }
        }
        return challenges
    }
}

private struct ChallengeReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// False at the end of the field.
    mutating func skipToChallenge() -> Bool {
        while let byte = next, byte.isBlank || byte == .comma { index += 1 }
        return next != nil
    }

    mutating func challenge() -> AuthenticationChallenge? {
        guard let scheme = token() else { return nil }
        var parameters: [String: String] = [:]
        guard next?.isBlank == true else {
            return isAtSeparator ? AuthenticationChallenge(scheme: scheme, parameters: parameters) : nil
        }
        skipBlanks()
        if !startsParameter, skipToken68() { return AuthenticationChallenge(scheme: scheme, parameters: parameters) }
        while startsParameter {
            guard let (name, value) = parameter(), parameters.updateValue(value, forKey: name) == nil,
                parameters.count <= AuthenticationChallenge.maximumParameters
            else { return nil }
            skipBlanks()
            guard isAtSeparator else { return nil }
            let separator = index
            _ = skipToChallenge()
            // What is no parameter begins the next challenge.
            if !startsParameter { index = separator }
        }
        return isAtSeparator ? AuthenticationChallenge(scheme: scheme, parameters: parameters) : nil
    }

    private var isAtSeparator: Bool { next == nil || next == .comma }

    /// Whether a token and one `=` with a value stand here.
    private var startsParameter: Bool {
        var ahead = self
        guard ahead.token() != nil else { return false }
        ahead.skipBlanks()
        guard ahead.next == .equals else { return false }
        ahead.index += 1
        ahead.skipBlanks()
        return ahead.next == .quote || ahead.next?.isTokenCharacter == true
    }

    private mutating func parameter() -> (name: String, value: String)? {
        guard let name = token() else { return nil }
        skipBlanks()
        index += 1
        skipBlanks()
        guard let value = next == .quote ? quoted() : spelledToken() else { return nil }
        return (name, value)
    }

    private mutating func skipBlanks() {
        while next?.isBlank == true { index += 1 }
    }

    /// In lower case.
    private mutating func token() -> String? { spelledToken()?.lowercased() }

    private mutating func spelledToken() -> String? {
        let start = index
        while next?.isTokenCharacter == true { index += 1 }
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    /// A quoted string without control characters; nil if it has no end.
    private mutating func quoted() -> String? {
        index += 1
        var value: [UInt8] = []
        while let byte = next, byte >= 0x20, byte != 0x7F {
            index += 1
            if byte == .quote { return String(decoding: value, as: UTF8.self) }
            if byte == .backslash {
                guard let escaped = next, escaped >= 0x20, escaped != 0x7F else { return nil }
                value.append(escaped)
                index += 1
            } else {
                value.append(byte)
            }
        }
        return nil
    }

    /// `Negotiate YII=`: read over, since no scheme that uses it is answered.
    private mutating func skipToken68() -> Bool {
        let start = index
        while let byte = next, byte.isTokenCharacter || byte == UInt8(ascii: "/") { index += 1 }
        guard index > start else { return isAtSeparator }
        while next == .equals { index += 1 }
        skipBlanks()
        return isAtSeparator
    }
}

extension UInt8 {
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")

    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// `tchar` of RFC 9110 section 5.6.2.
    fileprivate var isTokenCharacter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
}
