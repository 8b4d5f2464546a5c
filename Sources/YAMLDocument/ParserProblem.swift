import CLibYAML

/// What libyaml could not read, said in the words of someone who edits the file.
struct ParserProblem {
    private let problem: String
    private let context: String
    private let mark: yaml_mark_t
    private let contextMark: yaml_mark_t

    init(_ parser: yaml_parser_t) {
        problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
        context = parser.context.map { String(cString: $0) } ?? ""
        mark = parser.problem_mark
        contextMark = parser.context_mark
    }

    func error(in source: SourceCursor) -> YAMLError {
        quotingError(in: source) ?? unclosedError() ?? structureError()
            ?? YAMLError(.syntax, context.isEmpty ? problem : "\(problem) \(context)", at: YAMLPosition(mark))
    }

    /// A plain value whose first character has another meaning in YAML.
    private func quotingError(in source: SourceCursor) -> YAMLError? {
        switch (context, problem) {
        case ("while scanning an alias", _): return mustBeQuoted("*", in: source, at: contextMark)
        case ("while scanning an anchor", _): return mustBeQuoted("&", in: source, at: contextMark)
        case ("while scanning a tag", _), ("while parsing a node", "found undefined tag handle"):
            return mustBeQuoted("!", in: source, at: contextMark)
        case (_, "found character that cannot start any token"):
            guard let first = source.line(from: mark.index).unicodeScalars.first else { return nil }
            if first == "\t" { return tabError() }
            return mustBeQuoted(String(first), in: source, at: mark)
        case (_, "found a tab character where an indentation space is expected"),
            (_, "found a tab character that violates indentation"):
            return tabError()
        case ("while scanning a directive", _):
            return YAMLError(
                .unsupported,
                """
                a line that begins with `%` is a directive, and only `%YAML 1.2` before the first document is supported; \
                quote a text that begins with it
                """, at: YAMLPosition(contextMark))
        case (_, "mapping values are not allowed in this context"):
            return YAMLError(
                .syntax, "`:` cannot begin another value here, quote the text that holds it or mend the indentation",
                at: YAMLPosition(mark))
        default: return nil
        }
    }

    private func mustBeQuoted(_ character: String, in source: SourceCursor, at mark: yaml_mark_t) -> YAMLError {
        YAMLError.mustBeQuoted(source.word(from: mark.index), beginsWith: character, at: YAMLPosition(mark))
    }

    private func tabError() -> YAMLError {
        YAMLError(.syntax, "a tab cannot indent, use spaces", at: YAMLPosition(mark))
    }

    /// Something that was opened and never closed; it is reported where it was opened.
    private func unclosedError() -> YAMLError? {
        switch (context, problem) {
        case ("while scanning a quoted scalar", "found unexpected end of stream"),
            ("while scanning a quoted scalar", "found unexpected document indicator"):
            YAMLError(.syntax, "the quote that opens here is never closed", at: YAMLPosition(contextMark))
        case ("while scanning a simple key", _):
            YAMLError(.syntax, "expected `:` after this key", at: YAMLPosition(contextMark))
        default: nil
        }
    }

    private func structureError() -> YAMLError? {
        let opened = "which begins at \(YAMLPosition(contextMark))"
        let message: String? =
            switch (context, problem) {
            case ("while parsing a block mapping", _):
                "expected a key of the mapping \(opened), indented as its other keys are"
            case ("while parsing a block collection", _):
                "expected `- ` of the list \(opened), indented as its other elements are"
            case ("while parsing a flow sequence", _): "expected `,` or `]` of the list \(opened)"
            case ("while parsing a flow mapping", _): "expected `,` or `}` of the mapping \(opened)"
            case (_, "did not find expected <document start>"):
                "expected the end of the document or `---`, the value above is complete"
            case (_, "block sequence entries are not allowed in this context"):
                "a list cannot begin here, put `- ` on a line of its own"
            case ("while parsing a block node", _), ("while parsing a flow node", _): "expected a value here"
            default: nil
            }
        return message.map { YAMLError(.syntax, $0, at: YAMLPosition(mark)) }
    }
}

extension YAMLError {
    static func mustBeQuoted(_ word: String, beginsWith character: String, at position: YAMLPosition) -> YAMLError {
        YAMLError(
            .unsupported, "a value that begins with `\(character)` must be quoted, write `\"\(word)\"`", at: position)
    }
}
