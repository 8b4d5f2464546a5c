import StrictJSON
import YAMLDocument

/// Holds YAML against a JSON Schema (draft 2020-12), as editors do. It knows the keywords that Dockgate prints; any other one
/// is an error of the schema.
struct JSONSchema {
    private let root: JSONValue
    private let patterns: [String: Regex<AnyRegexOutput>]

    init(_ text: String) throws {
        root = try JSONDocument(parsing: Array(text.utf8)).root
        var patterns: [String: Regex<AnyRegexOutput>] = [:]
        for pattern in Set(JSONSchema.patterns(in: root)) {
            patterns[pattern] = try Regex(pattern).matchingSemantics(.unicodeScalar)
        }
        self.patterns = patterns
    }

    private static func patterns(in schema: JSONValue) -> [String] {
        let own = schema["pattern"]?.string.map { [$0] } ?? []
        return own + schema.members.flatMap { patterns(in: $0.value) } + schema.elements.flatMap(patterns)
    }

    struct UnknownKeyword: Error {
        let keyword: String
    }

    /// What the schema says against a document, the first of all; nil if nothing.
    func refusal(of node: YAMLNode) throws -> String? { try refusal(of: node, by: root, at: "") }

    private func refusal(of node: YAMLNode, by schema: JSONValue, at path: String) throws -> String? {
        for (keyword, value) in schema.members {
            if let refusal = try refusal(of: node, keyword, value, schema, at: path) {
                return refusal.hasPrefix("/") ? refusal : "\(path): \(refusal)"
            }
        }
        return nil
    }

    private func refusal(
        of node: YAMLNode, _ keyword: String, _ value: JSONValue, _ schema: JSONValue, at path: String
    ) throws -> String? {
        switch keyword {
        case "$schema", "$defs", "title", "description": return nil
        case "$ref":
            let name = (value.string ?? "").replacing("#/$defs/", with: "")
            guard let definition = root["$defs"]?[key: name] else { throw UnknownKeyword(keyword: "$ref \(name)") }
            return try refusal(of: node, by: definition, at: path)
        case "type": return node.isOfType(value.string ?? "") ? nil : "is no \(value.string ?? "")"
        case "const": return node.text == value.string ? nil : "is not \(value.string ?? "")"
        case "enum": return value.elements.contains { $0.string == node.text } ? nil : "is none of the words"
        case "pattern":
            guard let text = node.text, let pattern = patterns[value.string ?? ""] else { return nil }
            return try pattern.firstMatch(in: text) != nil ? nil : "does not match"
        case "minimum", "maximum":
            guard let number = node.integer, let bound = value.integer else { return nil }
            return (keyword == "minimum" ? number >= bound : number <= bound) ? nil : "is out of range"
        case "minItems": return node.isSequence && node.elements.count < value.integer ?? 0 ? "is too short" : nil
        case "minProperties": return node.isMapping && node.members.count < value.integer ?? 0 ? "is too small" : nil
        case "allOf", "anyOf", "oneOf":
            let count = try value.elements.count(where: { try refusal(of: node, by: $0, at: path) == nil })
            let isFine = keyword == "allOf" ? count == value.count : keyword == "anyOf" ? count > 0 : count == 1
            return isFine ? nil : "\(count) of \(keyword)"
        default: return try refusalOfContent(of: node, keyword, value, schema, at: path)
        }
    }

    private func refusalOfContent(
        of node: YAMLNode, _ keyword: String, _ value: JSONValue, _ schema: JSONValue, at path: String
    ) throws -> String? {
        switch keyword {
        case "items":
            return try first(of: node.elements.enumerated()) { index, element in
                try refusal(of: element, by: value, at: "\(path)/\(index)")
            }
        case "properties":
            return try first(of: node.members) { member in
                try value[key: member.key.key].flatMap {
                    try refusal(of: member.value, by: $0, at: "\(path)/\(member.key.key)")
                }
            }
        case "additionalProperties":
            return try first(of: node.members.filter { schema["properties"]?[key: $0.key.key] == nil }) { member in
                if value.boolean == false { return "has an unknown \(member.key.key)" }
                return try refusal(of: member.value, by: value, at: "\(path)/\(member.key.key)")
            }
        case "propertyNames":
            return try first(of: node.members) { try refusal(of: $0.key, by: value, at: path) }
        case "required":
            let missing = node.isMapping ? value.elements.first { node[$0.string ?? ""] == nil } : nil
            return missing.map { "lacks \($0.string ?? "")" }
        case "dependentRequired":
            return first(of: value.members.filter { node[$0.key] != nil }) { _, others in
                others.elements.first { node[$0.string ?? ""] == nil }.map { "also needs \($0.string ?? "")" }
            }
        default: throw UnknownKeyword(keyword: keyword)
        }
    }

    private func first<Elements: Sequence>(
        of elements: Elements, _ refusal: (Elements.Element) throws -> String?
    ) rethrows -> String? {
        for element in elements {
            if let found = try refusal(element) { return found }
        }
        return nil
    }
}

extension YAMLNode {
    fileprivate var key: String { scalar?.text ?? "" }

    fileprivate var text: String? {
        guard let scalar, scalar.resolved == .string else { return nil }
        return scalar.text
    }

    fileprivate var integer: Int? {
        guard case .integer(let value)? = scalar?.resolved else { return nil }
        return value
    }

    fileprivate var isSequence: Bool { if case .sequence = kind { true } else { false } }
    fileprivate var isMapping: Bool { if case .mapping = kind { true } else { false } }

    fileprivate func isOfType(_ type: String) -> Bool {
        switch (type, kind) {
        case ("array", .sequence), ("object", .mapping): true
        case (_, .scalar(let scalar)):
            switch (type, scalar.resolved) {
            case ("string", .string), ("boolean", .boolean), ("integer", .integer), ("null", .null): true
            default: false
            }
        default: false
        }
    }
}
