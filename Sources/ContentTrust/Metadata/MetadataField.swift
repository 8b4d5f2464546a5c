import Cryptography
import StrictJSON
import Timestamp

/// A member of a document, and where it stands. Reading it as what it has to be throws `malformed` with its path.
struct MetadataField: Sendable {
    let value: JSONValue?
    let path: String

    subscript(key: StaticString) -> MetadataField { MetadataField(value: value?[key], path: "\(path).\(key)") }

    /// A member by a key that is not known before.
    subscript(named key: String) -> MetadataField {
        MetadataField(value: value?[key: key], path: "\(path)[`\(String(quoting: key))`]")
    }

    var isPresent: Bool { value != nil }

    func object() throws(MetadataFault) -> JSONValue { try ofKind(.object, "an object") }

    /// The members of an object, in the order of the document.
    func members(limit: Int = Int.max) throws(MetadataFault) -> [(key: String, field: MetadataField)] {
        let object = try object()
        guard object.count <= limit else { throw mistake("at most \(limit) members") }
        return object.members.map { member in
            (member.key, MetadataField(value: member.value, path: "\(path)[`\(String(quoting: member.key))`]"))
        }
    }

    /// Go writes a list that it has nothing for as null: of a delegation without keys, `docker trust signer remove` does.
    func elements(limit: Int) throws(MetadataFault) -> [MetadataField] {
        if let value, value.isNull { return [] }
        let array = try ofKind(.array, "a list")
        guard array.count <= limit else { throw mistake("at most \(limit) elements") }
        return array.elements.enumerated().map { index, element in
            MetadataField(value: element, path: "\(path)[\(index)]")
        }
    }

    func text() throws(MetadataFault) -> String {
        guard let text = value?.string else { throw mistake("a text") }
        return text
    }

    /// A whole number of at least `least`.
    func number(from least: Int) throws(MetadataFault) -> Int {
        guard let number = value?.integer, number >= least else { throw mistake("a whole number from \(least)") }
        return number
    }

    func time() throws(MetadataFault) -> Instant {
        let text = try text()
        do { return try Instant(rfc3339: text) } catch { throw mistake("a time such as `2026-12-01T09:30:00Z`") }
    }

    func base64() throws(MetadataFault) -> [UInt8] {
        guard let text = value?.stringUTF8, let bytes = Base64.decode(text) else { throw mistake("Base64") }
        return bytes
    }

    func mistake(_ expected: String) -> MetadataFault { .malformed("expected \(expected) at `\(path)`") }

    private func ofKind(_ kind: JSONValue.Kind, _ name: String) throws(MetadataFault) -> JSONValue {
        guard let value, value.kind == kind else { throw mistake(name) }
        return value
    }
}
