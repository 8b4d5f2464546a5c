import StrictJSON
import Timestamp

/// A member of a document, and where it stands. Reading it as what it has to be throws `malformed` with its path.
struct Field: Sendable {
    let value: JSONValue?
    let path: String

    subscript(key: StaticString) -> Field { Field(value: value?[key], path: "\(path).\(key)") }

    /// A member by a key that is not known before.
    subscript(bytes key: [UInt8]) -> Field {
        Field(value: value?[key: String(decoding: key, as: UTF8.self)], path: "\(path)[`\(String(quoting: key))`]")
    }

    var isPresent: Bool { value != nil }

    func object() throws(TUFError.Reason) -> JSONValue { try ofKind(.object, "an object") }

    /// The members of an object, in the order of the document.
    func members() throws(TUFError.Reason) -> [(key: [UInt8], field: Field)] {
        try object().members.map { member in
            let key = Array(member.key.utf8)
            return (key, Field(value: member.value, path: "\(path)[`\(String(quoting: key))`]"))
        }
    }

    func elements() throws(TUFError.Reason) -> [Field] {
        try ofKind(.array, "a list").elements.enumerated().map { index, element in
            Field(value: element, path: "\(path)[\(index)]")
        }
    }

    /// The UTF-8 of a text.
    func text() throws(TUFError.Reason) -> [UInt8] {
        guard let text = value?.stringUTF8 else { throw mistake("a text") }
        return text
    }

    func boolean() throws(TUFError.Reason) -> Bool {
        guard let boolean = value?.boolean else { throw mistake("`true` or `false`") }
        return boolean
    }

    /// A whole number of at least `least`.
    func number(from least: Int) throws(TUFError.Reason) -> Int {
        guard let number = value?.integer, number >= least else { throw mistake("a whole number from \(least)") }
        return number
    }

    func time() throws(TUFError.Reason) -> Instant {
        let text = String(decoding: try text(), as: UTF8.self)
        do { return try Instant(rfc3339: text) } catch { throw mistake("a time such as `2026-12-01T09:30:00Z`") }
    }

    func hexadecimal() throws(TUFError.Reason) -> [UInt8] {
        guard let bytes = [UInt8](hexadecimal: try text()) else { throw mistake("hexadecimal digits") }
        return bytes
    }

    func mistake(_ expected: String) -> TUFError.Reason { .malformed("expected \(expected) at `\(path)`") }

    private func ofKind(_ kind: JSONValue.Kind, _ name: String) throws(TUFError.Reason) -> JSONValue {
        guard let value, value.kind == kind else { throw mistake(name) }
        return value
    }
}

extension [UInt8] {
    /// Nil unless `text` is two hexadecimal digits for each byte, of either case.
    init?(hexadecimal text: [UInt8]) {
        guard text.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = Self.value(of: text[index]), let low = Self.value(of: text[index + 1]) else { return nil }
            append(high << 4 | low)
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
