import CLibYAML

/// How far the lines of a value have to be indented, which libyaml does not look at inside of quotes and brackets.
struct Indentation {
    /// Columns of the block collections around the current event.
    private var columns: [Int] = []
    private var flowDepth = 0
    /// Where the outermost flow collection begins.
    private var flowStart = 0

    /// The column of the innermost block collection; -1 outside of all.
    var current: Int { columns.last ?? -1 }

    var isInFlow: Bool { flowDepth > 0 }

    mutating func begin(_ event: yaml_event_t, in source: inout SourceCursor) {
        let isFlow =
            event.type == YAML_SEQUENCE_START_EVENT
            ? event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
            : event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
        guard isFlow || isInFlow else {
            columns.append(Indentation.column(of: event, in: &source))
            return
        }
        if flowDepth == 0 { flowStart = source.offset(of: event.start_mark.index) }
        flowDepth += 1
    }

    mutating func end(_ event: yaml_event_t, in source: inout SourceCursor) throws(YAMLError) {
        guard isInFlow else {
            _ = columns.popLast()
            return
        }
        flowDepth -= 1
        let end = source.offset(of: event.end_mark.index)
        guard flowDepth == 0, flowStart < end else { return }
        try check(flowStart..<end, in: source, isQuoted: false)
    }

    /// Every further line of a value is indented by more spaces than the collection that holds the value.
    func check(_ range: Range<Int>, in source: SourceCursor, isQuoted: Bool) throws(YAMLError) {
        guard !isInFlow else { return }
        var rest = source.bytes[range]
        while let lineBreak = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            rest = rest[(lineBreak + 1)...]
            let spaces = rest.prefix { $0 == UInt8(ascii: " ") }.count
            guard spaces <= current else { continue }
            let content = rest.dropFirst(spaces).first { $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: " ") }
            guard let content, !"\r\n".utf8.contains(content), isQuoted || !"#]}".utf8.contains(content) else {
                continue
            }
            let isTab = rest.dropFirst(spaces).first == UInt8(ascii: "\t")
            throw YAMLError(
                .syntax,
                isTab ? "a tab cannot indent, use spaces" : "this line belongs to the value above, indent it further",
                at: source.position(of: rest.startIndex + spaces))
        }
    }

    /// libyaml tells where the first key or `-` begins, behind a tag or an anchor; of a list that is indented no further
    /// than its key, where the first `-` ends.
    private static func column(of event: yaml_event_t, in source: inout SourceCursor) -> Int {
        let column = Int(clamping: event.end_mark.column)
        guard event.type == YAML_SEQUENCE_START_EVENT else { return column }
        let isAtDash = source.byte(source.offset(of: event.end_mark.index)) == UInt8(ascii: "-")
        return isAtDash ? column : column - 1
    }
}
