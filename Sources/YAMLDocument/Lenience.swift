import CLibYAML

/// Refuses what libyaml lets pass although YAML 1.2 forbids it or reads it differently.
///
/// One leniency is kept, since everybody writes it: the bracket that closes a flow collection may stand as far left as
/// the key that the collection belongs to.
struct Lenience {
    /// Columns of the block collections around the current event; nil where a tag or an anchor hides it.
    private var indents: [Int?] = []
    private var flowDepth = 0
    /// Where the outermost flow collection begins.
    private var flowStart = 0
    private var isAfterOpenDocument = false

    mutating func check(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: try checkDirectives(event)
        case YAML_DOCUMENT_END_EVENT: isAfterOpenDocument = event.data.document_end.implicit != 0
        case YAML_ALIAS_EVENT: try checkName(after: "*", event.data.alias.anchor, event, in: &source)
        case YAML_SCALAR_EVENT:
            try checkNodeStart(event, in: &source)
            try checkScalar(event, in: &source)
        case YAML_SEQUENCE_START_EVENT:
            try checkNodeStart(event, in: &source)
            let data = event.data.sequence_start
            begin(
                event, isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE, isPlain: data.tag == nil && data.anchor == nil,
                &source)
        case YAML_MAPPING_START_EVENT:
            try checkNodeStart(event, in: &source)
            let data = event.data.mapping_start
            begin(
                event, isFlow: data.style == YAML_FLOW_MAPPING_STYLE, isPlain: data.tag == nil && data.anchor == nil,
                &source)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: try end(event, in: &source)
        default: break
        }
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

    /// libyaml takes `?x` inside of brackets for a key, YAML 1.2 for a text.
    private func checkNodeStart(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        let start = source.offset(of: event.start_mark.index)
        if source.byte(start - 1) == UInt8(ascii: "?") {
            throw YAMLError(
                .syntax, "put a space after `?`, or quote a value that begins with it",
                at: YAMLPosition(event.start_mark))
        }
        if source.byte(start) == UInt8(ascii: "&") {
            let anchor =
                switch event.type {
                case YAML_SCALAR_EVENT: event.data.scalar.anchor
                case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
                default: event.data.mapping_start.anchor
                }
            try checkName(after: "&", anchor, event, in: &source)
        }
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
            let end = source.offset(of: event.end_mark.index)
            try checkIndentation(start..<end, in: source, isQuoted: true, event)
            try checkComment(at: end, in: source, event)
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE:
            // The end of `|2-`, unless a tag or an anchor stands before it.
            try checkComment(
                at: source.bytes[start...].firstIndex { !"|>+-0123456789".utf8.contains($0) } ?? start, in: source,
                event)
        default:
            guard data.length == 1, let character = data.value?.pointee, "-?:".utf8.contains(character) else { return }
            let text = String(UnicodeScalar(character))
            throw YAMLError.mustBeQuoted(text, beginsWith: text, at: YAMLPosition(event.start_mark))
        }
    }

    private mutating func begin(_ event: yaml_event_t, isFlow: Bool, isPlain: Bool, _ source: inout SourceCursor) {
        guard isFlow || flowDepth > 0 else {
            indents.append(isPlain ? Int(clamping: event.start_mark.column) : nil)
            return
        }
        if flowDepth == 0 { flowStart = source.offset(of: event.start_mark.index) }
        flowDepth += 1
    }

    private mutating func end(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        guard flowDepth > 0 else {
            _ = indents.popLast()
            return
        }
        flowDepth -= 1
        let end = source.offset(of: event.end_mark.index)
        if [UInt8(ascii: "]"), UInt8(ascii: "}")].contains(source.byte(end - 1)) {
            try checkComment(at: end, in: source, event)
        }
        guard flowDepth == 0, flowStart < end else { return }
        try checkIndentation(flowStart..<end, in: source, isQuoted: false, event)
    }

    /// A comment needs a space before its `#`; other readers take it for a part of the value.
    private func checkComment(at offset: Int, in source: SourceCursor, _ event: yaml_event_t) throws(YAMLError) {
        guard source.byte(offset) == UInt8(ascii: "#") else { return }
        throw YAMLError(.syntax, "put a space before the `#` that ends this value", at: YAMLPosition(event.start_mark))
    }

    /// Every further line of a value is indented by more spaces than the collection that holds the value.
    private func checkIndentation(
        _ range: Range<Int>, in source: SourceCursor, isQuoted: Bool, _ event: yaml_event_t
    ) throws(YAMLError) {
        guard flowDepth == 0, let indent = indents.last ?? nil else { return }
        var rest = source.bytes[range]
        var line = Int(clamping: event.end_mark.line) + 1 - lineBreaks(in: rest)
        while let lineBreak = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let isReturn = rest[lineBreak] == UInt8(ascii: "\r")
            rest = rest[(lineBreak + 1)...]
            if isReturn && rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
            line += 1
            let spaces = rest.prefix { $0 == UInt8(ascii: " ") }.count
            guard spaces <= indent else { continue }
            let content = rest.dropFirst(spaces).first { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
            guard let content, !"\r\n".utf8.contains(content), isQuoted || !"#]}".utf8.contains(content) else {
                continue
            }
            let isTab = rest.dropFirst(spaces).first == UInt8(ascii: "\t")
            throw YAMLError(
                .syntax,
                isTab ? "a tab cannot indent, use spaces" : "this line belongs to the value above, indent it further",
                at: YAMLPosition(line: line, column: spaces + 1))
        }
    }

    private func lineBreaks(in bytes: ArraySlice<UInt8>) -> Int {
        var count = 0
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\r") {
                count += 1
            } else if bytes[index] == UInt8(ascii: "\n") {
                if index == bytes.startIndex || bytes[index - 1] != UInt8(ascii: "\r") { count += 1 }
            }
        }
        return count
    }
}
