/// A literal or folded scalar as it is written, where libyaml reads it differently than YAML 1.2 (section 8.1).
struct BlockScalar {
    private let source: SourceCursor
    /// Where `|` or `>` stands.
    private let header: Int
    /// The characters after it, such as `2-`.
    private let indicators: ArraySlice<UInt8>

    /// `start` is where the scalar begins, with its tag and anchor if it has them.
    init(at start: Int, in source: SourceCursor) {
        self.source = source
        header = source.offsetAfterProperties(from: start)
        indicators = source.bytes[header...].dropFirst().prefix { "+-0123456789".utf8.contains($0) }
    }

    /// `indent` is the column of the collection that holds it, -1 if none does.
    func check(within indent: Int) throws(YAMLError) {
        guard source.byte(indicators.endIndex) != UInt8(ascii: "#") else {
            throw YAMLError(
                .syntax, "put a space before the `#` of a comment", at: source.position(of: indicators.endIndex))
        }
        let isIndentationGiven = indicators.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if !isIndentationGiven { try checkFirstLine(within: indent) }
    }

    /// The first line with text says how far the text is indented. libyaml lets a blank line before it say so if that has
    /// more spaces, and wants a space at least: then it takes the text for comments or for what follows the scalar.
    private func checkFirstLine(within indent: Int) throws(YAMLError) {
        var line = source.startOfNextLine(from: header)
        var deepest: (line: Int, spaces: Int) = (line, 0)
        while let spaces = source.spacesOfBlankLine(at: line) {
            if spaces > deepest.spaces { deepest = (line, spaces) }
            line = source.startOfNextLine(from: line)
        }
        guard line < source.bytes.count, !source.isDocumentMarker(at: line) else { return }
        let spaces = source.bytes[line...].prefix { $0 == UInt8(ascii: " ") }.count
        guard spaces > indent else { return }
        guard spaces >= deepest.spaces else {
            throw YAMLError(
                .syntax, "this blank line has more spaces than the text below it, remove them",
                at: source.position(of: deepest.line))
        }
        guard spaces > 0 else {
            throw YAMLError(
                .syntax, "the text of a block scalar is indented by a space at least", at: source.position(of: line))
        }
    }
}
