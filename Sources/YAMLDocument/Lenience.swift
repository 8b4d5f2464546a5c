import CLibYAML

/// Refuses what libyaml lets pass although YAML 1.2 forbids it or reads it differently.
///
/// One leniency is kept, since everybody writes it: the bracket that closes a flow collection may stand as far left as
/// the key that the collection belongs to.
struct Lenience {
    private var indentation = Indentation()
    private var isAfterOpenDocument = false
    /// The offset at which the event before ended.
    private var end = 0
    /// The offset at which the last scalar ended: what stands before is a part of that.
    private var endOfText = 0
    /// Whether the value of what ended there may follow its `:` without a space.
    private var isAfterJSON = false

    mutating func check(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        try checkComments(before: event, in: &source)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: try checkDirectives(event)
        case YAML_DOCUMENT_END_EVENT: isAfterOpenDocument = event.data.document_end.implicit != 0
        case YAML_ALIAS_EVENT:
            try checkNodeStart(event, in: &source)
            try checkName(after: "*", event.data.alias.anchor, event, in: &source)
        case YAML_SCALAR_EVENT:
            try checkNodeStart(event, in: &source)
            try checkScalar(event, in: &source)
            endOfText = source.offset(of: event.end_mark.index)
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
            try checkNodeStart(event, in: &source)
            indentation.begin(event, in: &source)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try indentation.end(event, in: &source)
        default: break
        }
        isAfterJSON = event.endsLikeJSON
    }

    /// `%YAML 1.1` would make `yes` a boolean, `%TAG` gives tags another meaning, and after a document that nothing ended
    /// `%YAML` is part of it to other readers.
    private func checkDirectives(_ event: yaml_event_t) throws(YAMLError) {
        let data = event.data.document_start
        let hasTagDirective = data.tag_directives.start != data.tag_directives.end
        guard data.version_directive != nil || hasTagDirective else { return }
        let version = data.version_directive?.pointee
        guard !isAfterOpenDocument, !hasTagDirective, version?.major == 1, version?.minor == 2 else {
            throw YAMLError(
                .unsupported,
                "of the directives only `%YAML 1.2` before the first document is supported, remove this one",
                at: YAMLPosition(event.start_mark))
        }
    }

    /// A comment needs white space before its `#`; other readers take it for a part of what stands before. Between two
    /// events there are only comments and indicators, and within the start of a document its directives.
    private mutating func checkComments(
        before event: yaml_event_t, in source: inout SourceCursor
    ) throws(YAMLError) {
        let isDocumentStart = event.type == YAML_DOCUMENT_START_EVENT
        let next = source.offset(of: isDocumentStart ? event.end_mark.index : event.start_mark.index)
        while end < next, let sign = source.firstOffset(of: UInt8(ascii: "#"), in: end..<next) {
            if let before = source.byte(sign - 1), !" \t\r\n".utf8.contains(before) {
                throw YAMLError(
                    .syntax, "put a space before the `#` of a comment, or quote the text that it belongs to",
                    at: source.position(of: sign))
            }
            end = source.endOfLine(from: sign)
        }
        end = max(end, source.offset(of: event.end_mark.index))
    }

    /// libyaml takes `?x` inside of brackets for a key, and `:x` for the value of an empty one; to YAML 1.2 both are texts.
    private func checkNodeStart(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        let start = source.offset(of: event.start_mark.index)
        let before = start > endOfText ? source.byte(start - 1) : nil
        let isWritten = event.start_mark.index < event.end_mark.index
        let isText =
            before == UInt8(ascii: "?")
            || (before == UInt8(ascii: ":") && indentation.isInFlow && isWritten && !isAfterJSON)
        if isText {
            let sign = before == UInt8(ascii: "?") ? "?" : ":"
            throw YAMLError(
                .syntax, "put a space after `\(sign)`, or quote a value that begins with it",
                at: YAMLPosition(event.start_mark))
        }
        guard source.byte(start) == UInt8(ascii: "&") else { return }
        let anchor =
            switch event.type {
            case YAML_SCALAR_EVENT: event.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
            default: event.data.mapping_start.anchor
            }
        try checkName(after: "&", anchor, event, in: &source)
    }

    /// libyaml ends the name of an anchor at the first character that is no letter, digit, `-` or `_`.
    private func checkName(
        after sign: Character, _ name: UnsafeMutablePointer<yaml_char_t>?, _ event: yaml_event_t,
        in source: inout SourceCursor
    ) throws(YAMLError) {
        guard let name else { return }
        let text = String(cString: name)
        let next = source.byte(source.offset(of: event.start_mark.index) + 1 + text.utf8.count)
        guard let next, !" \t\r\n,]}".utf8.contains(next) else { return }
        throw YAMLError.mustBeQuoted(
            source.word(from: event.start_mark.index), beginsWith: String(sign), at: YAMLPosition(event.start_mark))
    }

    private func checkScalar(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        let data = event.data.scalar
        let start = source.offset(of: event.start_mark.index)
        switch data.style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE:
            try indentation.check(start..<source.offset(of: event.end_mark.index), in: source, isQuoted: true)
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE:
            try BlockScalar(at: start, in: source).check(within: indentation.current)
        default:
            guard data.length == 1, let character = data.value?.pointee, "-?:".utf8.contains(character) else { return }
            let text = String(UnicodeScalar(character))
            throw YAMLError.mustBeQuoted(text, beginsWith: text, at: YAMLPosition(event.start_mark))
        }
    }
}

extension yaml_event_t {
    /// Whether it ends with a quote or a bracket, as a key of JSON does.
    fileprivate var endsLikeJSON: Bool {
        switch type {
        case YAML_SCALAR_EVENT:
            data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE || data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: start_mark.index < end_mark.index
        default: false
        }
    }
}
