/// What the variables in the names of images stand for: the `ARG`s before the first `FROM`, and the builder's own.
struct BuildArguments {
    private let given: [String: String]
    private var declared: [String: Value] = [:]

    /// What a name stands for.
    enum Value {
        case given(String)
        /// What the `ARG` itself says, since nothing else was given.
        case byDefault(String)
        /// Declared, and neither given nor with a default; or not declared at all.
        case unset
        /// The builder has a value for it, which depends on where and for what it builds.
        case fromBuilder
    }

    /// Set by the builder without an `ARG` before the first `FROM`; a build argument takes their place.
    private static let automatic: Set<String> = [
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS",
        "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    ]

    /// `given` are the arguments of the build, by name.
    init(given: [String: String]) {
        self.given = given
    }

    subscript(name: String) -> Value {
        if let value = declared[name] { return value }
        guard BuildArguments.automatic.contains(name) else { return .unset }
        return given[name].map(Value.given) ?? .fromBuilder
    }

    /// Takes in an `ARG` before the first `FROM`. Its default may use those before it.
    mutating func declare(_ instruction: Instruction, escape: UInt8) throws(DockerfileError) {
        guard !instruction.text.hasForeignSpace else {
            throw DockerfileError(
                "`ARG` holds a blank that is no ASCII, expected spaces and tabs", line: instruction.line)
        }
        let words = WordSplitter.words(of: instruction.text, escape: escape)
        guard !words.isEmpty else {
            throw DockerfileError(
                "`ARG` declares nothing, expected `ARG NAME` or `ARG NAME=DEFAULT`", line: instruction.line)
        }
        for word in words {
            let bytes = word.prefix { $0 != UInt8(ascii: "=") }
            guard let name = BuildArguments.name(bytes) else {
                throw DockerfileError(
                    "\(quoted(bytes)) is no name of an `ARG`, expected letters, digits and `_`", line: instruction.line)
            }
            if let value = given[name] {
                declared[name] = .given(value)
            } else if bytes.count < word.count {
                var expansion = WordExpansion(
                    word.dropFirst(bytes.count + 1), self, escape: escape, line: instruction.line)
                declared[name] = .byDefault(try expansion.expanded())
            } else if declared[name] == nil, !BuildArguments.automatic.contains(name) {
                declared[name] = .unset
            }
        }
    }

    /// Letters, digits and `_`, no digit first; else nil.
    static func name(_ bytes: some Collection<UInt8>) -> String? {
        guard let first = bytes.first, first.isNameStart, bytes.allSatisfy(\.isNamePart) else { return nil }
        return String(decoding: Array(bytes), as: UTF8.self)
    }
}

extension UInt8 {
    var isNameStart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowerCasedASCII) || self == UInt8(ascii: "_")
    }
    var isNamePart: Bool { isNameStart || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

/// The words of an `ARG`: apart at blanks that are neither quoted nor escaped; quotes and escapes stay.
private enum WordSplitter {
    static func words(of text: [UInt8], escape: UInt8) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var position = 0
        while position < text.count {
            if text[position].isDockerfileSpace {
                position += 1
                continue
            }
            let start = position
            position = end(of: text, from: start, escape: escape)
            words.append(text[start..<position])
        }
        return words
    }

    private static func end(of text: [UInt8], from start: Int, escape: UInt8) -> Int {
        var position = start
        var quote: UInt8?
        while position < text.count {
            let byte = text[position]
            if quote == nil, byte.isDockerfileSpace { break }
            if byte == escape, quote != UInt8(ascii: "'") {
                position += 2
                continue
            }
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            }
            position += 1
        }
        return min(position, text.count)
    }
}
