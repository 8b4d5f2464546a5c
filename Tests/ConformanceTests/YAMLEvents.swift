import YAMLDocument

/// Nodes in the notation of the yaml-test-suite, without tags, anchors and the styles of collections, which nodes do not
/// keep, and with what an alias stands for in its place.
enum YAMLEvents {
    static func events(of documents: [YAMLNode]) -> [String] {
        documents.flatMap { ["+DOC"] + events(of: $0) + ["-DOC"] }
    }

    private static func events(of node: YAMLNode) -> [String] {
        switch node.kind {
        case .sequence(let elements): return ["+SEQ"] + elements.flatMap(events(of:)) + ["-SEQ"]
        case .mapping(let members):
            return ["+MAP"] + members.flatMap { events(of: $0.key) + events(of: $0.value) } + ["-MAP"]
        case .scalar(let scalar):
            let style =
                switch scalar.style {
                case .plain: ":"
                case .singleQuoted: "'"
                case .doubleQuoted: "\""
                case .literal: "|"
                case .folded: ">"
                }
            return ["=VAL " + style + escaped(scalar.text)]
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{8}": result += "\\b"
            case "\0": result += "\\0"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// What a `test.event` file says, in the same form.
    static func stated(_ text: String) -> [String] {
        var events: [String] = []
        var anchored: [Substring: [String]] = [:]
        var open: [(anchor: Substring?, start: Int)] = []
        for line in text.split(separator: "\n") {
            var words = line.drop { $0 == " " }.split(separator: " ", omittingEmptySubsequences: false)[...]
            let kind = words.removeFirst()
            var anchor: Substring?
            while let word = words.first, kind != "=ALI", !"\"':|>".contains(word.prefix(1)) || word.isEmpty {
                if word.hasPrefix("&") { anchor = word.dropFirst() }
                words.removeFirst()
            }
            switch kind {
            case "+STR", "-STR": continue
            case "+DOC", "-DOC": events.append(String(kind))
            case "+SEQ", "+MAP":
                open.append((anchor, events.count))
                events.append(String(kind))
            case "-SEQ", "-MAP":
                events.append(String(kind))
                if let (anchor, start) = open.popLast(), let anchor { anchored[anchor] = Array(events[start...]) }
            case "=ALI": events += anchored[words.first?.dropFirst() ?? ""] ?? ["=ALI"]
            default:
                events.append("=VAL " + words.joined(separator: " "))
                if let anchor { anchored[anchor] = [events[events.count - 1]] }
            }
        }
        return events
    }
}
