import StrictJSON
import YAMLDocument

/// What a YAML node and a JSON value have in common, to compare them by.
enum PlainValue: Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case text([UInt8])
    case list([PlainValue])
    /// By the bytes of the keys; the order of members means nothing.
    case mapping([[UInt8]: PlainValue])

    init(_ node: YAMLNode) {
        switch node.kind {
        case .sequence(let elements): self = .list(elements.map(PlainValue.init))
        case .mapping(let members):
            let pairs = members.map { (Array(($0.key.scalar?.text ?? "").utf8), PlainValue($0.value)) }
            self = .mapping(Dictionary(pairs) { first, _ in first })
        case .scalar(let scalar):
            self =
                switch scalar.resolved {
                case .string: .text(Array(scalar.text.utf8))
                case .null: .null
                case .boolean(let value): .boolean(value)
                case .integer(let value): .number(value.map(Double.init) ?? Double(scalar.text) ?? .nan)
                case .float(let value): .number(value)
                }
        }
    }

    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .boolean: self = .boolean(value.boolean ?? false)
        case .number: self = .number(Double(value.numberText ?? "") ?? .nan)
        case .string: self = .text(value.stringUTF8 ?? [])
        case .array: self = .list(value.elements.map(PlainValue.init))
        case .object:
            let pairs = value.members.map { (Array($0.key.utf8), PlainValue($0.value)) }
            self = .mapping(Dictionary(pairs) { first, _ in first })
        }
    }
}
