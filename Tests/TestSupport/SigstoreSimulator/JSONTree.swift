import Cryptography
import StrictJSON

/// A JSON value to be written. Members stay in their order, and a test can change one of them by its path.
public indirect enum JSONTree: Sendable, Hashable {
    case object([Member])
    case array([JSONTree])
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case null

    public struct Member: Sendable, Hashable {
        public var name: String
        public var value: JSONTree
    }

    /// Without spaces, members in their order.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// RFC 8785, for values whose names and texts are printable ASCII without quotes and backslashes.
    public var canonicalBytes: [UInt8] { sorted.bytes }

    public static func base64(_ bytes: [UInt8]) -> JSONTree { .string(Base64.encode(bytes)) }

    /// A member of an object. A name that is not there reads as null and is written behind the others; writing nil removes.
    public subscript(name: String) -> JSONTree? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// An element of an array.
    public subscript(index: Int) -> JSONTree? {
        get {
            guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
            return elements[index]
        }
        set {
            guard case .array(var elements) = self, elements.indices.contains(index) else { return }
            if let newValue { elements[index] = newValue } else { elements.remove(at: index) }
            self = .array(elements)
        }
    }

    private var sorted: JSONTree {
        switch self {
        case .object(let members):
            .object(
                members.map { Member(name: $0.name, value: $0.value.sorted) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        case .array(let elements): .array(elements.map(\.sorted))
        default: self
        }
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(text: member.name)
                member.value.write(to: &writer)
            }
            writer.endObject()
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .string(let text): writer.string(text)
        case .integer(let number): writer.integer(number)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        }
    }
}

extension JSONTree: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral
{
    /// Members whose value is nil are left out.
    public init(dictionaryLiteral members: (String, JSONTree?)...) {
        self = .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }
    public init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    public init(stringLiteral text: String) { self = .string(text) }
    public init(integerLiteral number: Int) { self = .integer(number) }
}
