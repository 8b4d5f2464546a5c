/// The comments at the very top of a Dockerfile that tell how to read the rest: `# escape=`, `# syntax=`, `# check=`.
///
/// They end at the first line that is none, and `escape` at a name that nobody knows. BuildKit looks for `syntax` behind a
/// first line `#!…` as well, and before 0.11 (Docker 23) behind unknown names.
struct ParserDirectives {
    /// What continues a line and escapes a character: `\` or `` ` ``.
    private(set) var escape = UInt8(ascii: "\\")
    /// The front end's image, and the line that names it.
    private(set) var syntax: (image: String, line: Int)?

    private static let names: Set<String> = ["escape", "syntax", "check"]

    init(_ lines: [ArraySlice<UInt8>]) throws(DockerfileError) {
        let hasShebang = lines.first?.starts(with: "#!".utf8) ?? false
        var seen: Set<String> = []
        var (isPlain, areKnown) = (true, true)
        for (index, line) in lines.enumerated().dropFirst(hasShebang ? 1 : 0) {
            guard let (name, value, hasPlainBlanks) = ParserDirectives.directive(line) else { return }
            isPlain = isPlain && hasPlainBlanks
            areKnown = areKnown && ParserDirectives.names.contains(name)
            guard areKnown || name == "syntax" else { continue }
            guard seen.insert(name).inserted else {
                throw DockerfileError("`# \(name)=` is given twice, expected it once", line: index + 1)
            }
            switch name {
            case "syntax":
                syntax = (ParserDirectives.firstWord(value), index + 1)
            case "escape" where !hasShebang:
                // Versions of the builder differ in which blanks a directive has, and all that follows hangs on this one.
                guard isPlain else {
                    throw DockerfileError(
                        "`# escape=` or what stands before it has blanks that are neither spaces nor tabs",
                        line: index + 1)
                }
                guard !seen.contains("check") else {
                    throw DockerfileError(
                        "`# escape=` stands behind `# check=`, which ends the directives for builders of before 2024: put it"
                            + " first",
                        line: index + 1)
                }
                guard value == "\\" || value == "`" else {
                    throw DockerfileError(
                        "the escape character is \(quoted(value.utf8)), expected a backslash or a backtick",
                        line: index + 1)
                }
                escape = value.utf8.first ?? escape
            default: break
            }
        }
    }

    /// `# NAME = VALUE`, the name in lower case; nil for anything else.
    private static func directive(_ line: ArraySlice<UInt8>) -> (name: String, value: String, hasPlainBlanks: Bool)? {
        var scalars = String(decoding: line, as: UTF8.self).unicodeScalars[...]
        let hasPlainBlanks = scalars.allSatisfy { !$0.properties.isWhitespace || $0 == " " || $0 == "\t" }
        func skipSpace() { scalars = scalars.drop(while: \.properties.isWhitespace) }
        skipSpace()
        guard scalars.popFirst() == "#" else { return nil }
        skipSpace()
        let name = scalars.prefix { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) }
        scalars = scalars.dropFirst(name.count)
        skipSpace()
        guard scalars.popFirst() == "=" else { return nil }
        skipSpace()
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        let lowerCased = String(String.UnicodeScalarView(name)).lowercased()
        guard name.first?.properties.numericType == nil, !name.isEmpty, !scalars.isEmpty else { return nil }
        return (lowerCased, String(String.UnicodeScalarView(scalars)), hasPlainBlanks)
    }

    /// A front end may be given words of its own behind its image.
    static func firstWord(_ text: String) -> String {
        String(text.unicodeScalars.drop { $0 == " " }.prefix { $0 != " " })
    }
}
