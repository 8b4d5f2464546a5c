import StrictJSON
import YAMLDocument

/// The values of a JSON text, one after the other, as nodes with their places.
///
/// JSON is YAML but for its escapes: it writes a character beyond the first plane as two surrogates, which YAML refuses.
/// And several objects behind each other, which tools that write JSON print, are to `kubectl` as many documents.
struct JSONObjects {
    let documents: [YAMLNode]

    /// Nil if it is not JSON from its first byte to its last: it may still be YAML.
    ///
    /// - Parameter limits: of the whole text, however many values there are.
    init?(_ bytes: [UInt8], limits: YAMLLimits) {
        guard bytes.first(where: { !JSONObjects.isSpace($0) }) == UInt8(ascii: "{"), bytes.count <= limits.maximumBytes
        else { return nil }
        var places = Places(in: bytes)
        var remainingNodes = limits.maximumNodes
        var documents: [YAMLNode] = []
        for range in JSONObjects.objects(in: bytes) {
            let bounds = JSONLimits(
                maximumBytes: limits.maximumBytes, maximumDepth: limits.maximumDepth, maximumValues: remainingNodes,
                maximumStringBytes: limits.maximumBytes)
            guard documents.count < limits.maximumDocuments,
                let value = try? JSONDocument(parsing: Array(bytes[range]), limits: bounds).root
            else { return nil }
            remainingNodes -= JSONObjects.count(value)
            documents.append(JSONObjects.node(value, from: range.lowerBound, &places))
        }
        self.documents = documents
    }

    /// What stands between the outermost braces, with them, and whatever stands between one object and the next. Where that
    /// is no JSON, reading it will say so.
    private static func objects(in bytes: [UInt8]) -> [Range<Int>] {
        var objects: [Range<Int>] = []
        var start: Int?
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isInText {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInText = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            if isSpace(byte), start == nil { continue }
            let first = start ?? index
            start = first
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                guard depth <= 0 else { continue }
                objects.append(first..<index + 1)
                (start, depth) = (nil, 0)
            default: continue
            }
        }
        if let start { objects.append(start..<bytes.count) }
        return objects
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0A, 0x0D, 0x20].contains(byte) }

    private static func count(_ value: JSONValue) -> Int {
        switch value.kind {
        case .object: value.members.reduce(1) { $0 + 1 + count($1.value) }
        case .array: value.elements.reduce(1) { $0 + count($1) }
        case .string, .number, .boolean, .null: 1
        }
    }

    /// As deep as the text, which its limits bound.
    private static func node(_ value: JSONValue, from start: Int, _ places: inout Places) -> YAMLNode {
        let position = places.position(of: start + value.byteRange.lowerBound)
        func scalar(_ text: String, _ resolved: YAMLScalar.Resolved, _ style: YAMLScalar.Style = .plain) -> YAMLNode {
            YAMLNode(.scalar(YAMLScalar(text: text, resolved: resolved, style: style)), at: position)
        }
        switch value.kind {
        case .object:
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            for (key, member) in value.members {
                let member = node(member, from: start, &places)
                let text = YAMLScalar(text: key, resolved: .string, style: .doubleQuoted)
                members.append((YAMLNode(.scalar(text), at: member.position), member))
            }
            return YAMLNode(.mapping(members), at: position)
        case .array:
            var elements: [YAMLNode] = []
            for element in value.elements { elements.append(node(element, from: start, &places)) }
            return YAMLNode(.sequence(elements), at: position)
        case .string: return scalar(value.string ?? "", .string, .doubleQuoted)
        case .number: return scalar(value.numberText ?? "", .integer(value.integer))
        case .boolean: return scalar(value.boolean == true ? "true" : "false", .boolean(value.boolean == true))
        case .null: return scalar("null", .null)
        }
    }
}

/// Lines and columns of a text, for offsets that are asked for in their order: each byte is looked at once.
private struct Places {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var column = 1

    init(in bytes: [UInt8]) { self.bytes = bytes }

    mutating func position(of wanted: Int) -> YAMLPosition {
        while offset < min(wanted, bytes.count) {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            offset += 1
        }
        return YAMLPosition(line: line, column: column)
    }
}
