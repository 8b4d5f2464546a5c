import CLibYAML

/// What libyaml reports, as Swift values.
struct Event {
    let kind: Kind
    let position: YAMLPosition

    enum Kind {
        case documentStart
        case documentEnd
        case scalar(EventScalar, NodeProperties)
        case sequenceStart(NodeProperties)
        case mappingStart(NodeProperties)
        /// Of a sequence or a mapping.
        case collectionEnd
        case alias(name: String)
    }
}

struct EventScalar {
    let text: String
    let style: YAMLScalar.Style
    /// False for a plain scalar that carries a tag.
    let isUntaggedPlain: Bool
}

/// The tag, resolved to a full name, and the anchor that stand before a node.
struct NodeProperties {
    let tag: String?
    let anchor: String?
}

/// Owns one libyaml parser and the bytes that it reads.
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var source: SourceCursor
    private var lenience = Lenience()
    private var isAtEnd = false

    init(_ bytes: [UInt8]) throws(YAMLError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(.limit, "there is not enough memory to read it", at: .start)
        }
        self.parser = parser
        // The last line is a line like any other, also without a line break; libyaml makes a difference in block scalars.
        let isComplete = bytes.last.map { "\r\n".utf8.contains($0) } ?? true
        let text = isComplete ? bytes : bytes + [UInt8(ascii: "\n")]
        // The parser keeps a pointer to its input, so the bytes live as long as it does.
        input = .allocate(capacity: text.count)
        _ = input.initialize(from: text)
        source = SourceCursor(bytes)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// Nil after the end of the stream.
    mutating func next() throws(YAMLError) -> Event? {
        while !isAtEnd {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else {
                isAtEnd = true
                throw ParserProblem(parser.pointee).error(in: source)
            }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT { isAtEnd = true }
            try lenience.check(event, in: &source)
            if let kind = kind(of: event) {
                return Event(kind: kind, position: YAMLPosition(event.start_mark))
            }
        }
        return nil
    }

    private mutating func kind(of event: yaml_event_t) -> Event.Kind? {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(name: String(name: event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: return scalar(event)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            return .sequenceStart(NodeProperties(tag: String(name: data.tag), anchor: String(name: data.anchor)))
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            return .mappingStart(NodeProperties(tag: String(name: data.tag), anchor: String(name: data.anchor)))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
        default: return nil
        }
    }

    private mutating func scalar(_ event: yaml_event_t) -> Event.Kind {
        let data = event.data.scalar
        let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
        // libyaml drops the tag `!`, which says that a plain scalar is text; no plain scalar begins with that character.
        let first = source.byte(source.offset(of: event.start_mark.index))
        let hasNonSpecificTag = first == UInt8(ascii: "!") && data.tag == nil
        return .scalar(
            EventScalar(
                text: String(decoding: bytes, as: UTF8.self),
                style: YAMLScalar.Style(data.style),
                isUntaggedPlain: data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nil && !hasNonSpecificTag),
            NodeProperties(tag: String(name: data.tag), anchor: String(name: data.anchor)))
    }
}

extension YAMLPosition {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) &+ 1, column: Int(clamping: mark.column) &+ 1)
    }
}

extension YAMLScalar.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: self = .literal
        case YAML_FOLDED_SCALAR_STYLE: self = .folded
        default: self = .plain
        }
    }
}

extension String {
    /// A NUL-terminated name of libyaml.
    fileprivate init?(name: UnsafeMutablePointer<yaml_char_t>?) {
        guard let name else { return nil }
        self.init(cString: name)
    }
}
