import PolicyEngine
import StrictJSON
public import Trust

/// JSON Schema (draft 2020-12) of the documents, for editors: made of the descriptions by which the loader reads them, so it
/// knows every field that the loader knows and no other.
///
/// It says what shape a document has. What the loader finds out beyond that it does not say: names that must exist, patterns
/// that could mean something else, days that no calendar has, files that cannot be read.
public struct PolicySchema: Sendable {
    private let formats: [any AttestorFormat]

    /// - Parameter formats: the signature formats that attestors may use.
    public init(formats: [any AttestorFormat]) {
        self.formats = formats
    }

    /// What there is a schema of.
    public static let kinds = Envelope.Kind.allCases.map(\.rawValue)

    /// The schema of documents of any kind; a text of many lines.
    public var text: String {
        var writer = JSONWriter(reservingCapacity: 65_536)
        writer.beginObject()
        writer.member("$schema", draft)
        writer.member("title", "Documents of Dockgate")
        writer.key("oneOf")
        writer.beginArray()
        for kind in PolicySchema.kinds {
            writer.beginObject()
            writer.member("$ref", "#/$defs/\(kind)")
            writer.endObject()
        }
        writer.endArray()
        writer.key("$defs")
        writer.beginObject()
        for kind in Envelope.Kind.allCases {
            writer.key(text: kind.rawValue)
            writer.beginObject()
            writer.documentSchema(of: kind, formats)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return String(decoding: writer.indentedBytes, as: UTF8.self)
    }

    /// The schema of documents of one kind; nil if there is no such kind.
    public func text(of kind: String) -> String? {
        guard let kind = Envelope.Kind.allCases.first(where: { $0.rawValue.utf8.elementsEqual(kind.utf8) }) else {
            return nil
        }
        var writer = JSONWriter(reservingCapacity: 32_768)
        writer.beginObject()
        writer.member("$schema", draft)
        writer.documentSchema(of: kind, formats)
        writer.endObject()
        return String(decoding: writer.indentedBytes, as: UTF8.self)
    }
}

private let draft = "https://json-schema.org/draft/2020-12/schema"

extension JSONWriter {
    /// The members of the schema of a whole document.
    fileprivate mutating func documentSchema(of kind: Envelope.Kind, _ formats: [any AttestorFormat]) {
        member("title", kind.rawValue)
        member("description", kind.summary)
        member("type", "object")
        key("properties")
        beginObject()
        constant("apiVersion", Envelope.version)
        constant("kind", kind.rawValue)
        key("metadata")
        metadataSchema()
        key("spec")
        schema(of: .object(kind.specification(formats)))
        endObject()
        strings("required", ["apiVersion", "kind", "metadata", "spec"])
        member("additionalProperties", false)
    }

    private mutating func constant(_ name: StaticString, _ value: String) {
        key(name)
        beginObject()
        member("const", value)
        endObject()
    }

    private mutating func metadataSchema() {
        beginObject()
        member("type", "object")
        key("properties")
        beginObject()
        key("name")
        beginObject()
        member("description", "unique among the documents of its kind")
        member("type", "string")
        member("pattern", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
        endObject()
        key("annotations")
        beginObject()
        member("description", "for people and their tools; they mean nothing to Dockgate")
        member("type", "object")
        key("additionalProperties")
        beginObject()
        member("type", "string")
        endObject()
        endObject()
        endObject()
        strings("required", ["name"])
        member("additionalProperties", false)
        endObject()
    }
}
