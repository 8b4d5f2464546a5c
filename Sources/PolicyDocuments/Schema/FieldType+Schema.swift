import StrictJSON
import Trust

extension JSONWriter {
    /// The schema of a value.
    ///
    /// - Parameter description: what the field says that holds it.
    mutating func schema(of type: FieldType, description: String? = nil) {
        beginObject()
        if let description { member("description", description) }
        members(of: type)
        endObject()
    }

    /// A list of texts under a key.
    mutating func strings(_ name: StaticString, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    private mutating func members(of type: FieldType) {
        switch type {
        case .text, .file: text(matching: notBlank)
        case .boolean: member("type", "boolean")
        case .integer(let range):
            member("type", "integer")
            member("minimum", range.lowerBound)
            member("maximum", range.upperBound)
        case .duration: text(matching: "^[0-9]+[smhd]$")
        case .date: text(matching: dateOrTime)
        case .word(let words): strings("enum", words)
        case .list(let element):
            member("type", "array")
            key("items")
            schema(of: element)
            member("minItems", 1)
        case .object(let object): members(of: object)
        case .dictionary: dictionary()
        // What is not built in is an error wherever it stands.
        case .either(let scalar, let object) where object.fields.isEmpty: members(of: scalar)
        case .either(let scalar, let object):
            key("anyOf")
            beginArray()
            schema(of: scalar)
            schema(of: .object(object))
            endArray()
        }
    }

    /// Texts under keys that the author chooses, of which there is at least one.
    private mutating func dictionary() {
        member("type", "object")
        key("propertyNames")
        beginObject()
        member("pattern", notBlank)
        endObject()
        key("additionalProperties")
        beginObject()
        text(matching: "^$|" + notBlank)
        endObject()
        member("minProperties", 1)
    }

    private mutating func text(matching pattern: String) {
        member("type", "string")
        member("pattern", pattern)
    }

    private mutating func members(of object: ObjectType) {
        member("type", "object")
        key("properties")
        beginObject()
        for field in object.fields {
            key(text: field.name)
            schema(of: field.type, description: field.summary)
        }
        endObject()
        let required = object.fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { strings("required", required) }
        member("additionalProperties", false)
        choices(of: object)
        if !object.together.isEmpty { dependencies(object.together) }
    }

    private mutating func choices(of object: ObjectType) {
        guard !object.exactlyOneOf.isEmpty || !object.atLeastOneOf.isEmpty else { return }
        key("allOf")
        beginArray()
        for choice in object.exactlyOneOf { self.choice("oneOf", choice) }
        for choice in object.atLeastOneOf { self.choice("anyOf", choice) }
        endArray()
    }

    private mutating func choice(_ keyword: StaticString, _ fields: [String]) {
        beginObject()
        key(keyword)
        beginArray()
        for field in fields {
            beginObject()
            strings("required", [field])
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func dependencies(_ groups: [[String]]) {
        key("dependentRequired")
        beginObject()
        for group in groups {
            for field in group {
                key(text: field)
                beginArray()
                for other in group where !other.utf8.elementsEqual(field.utf8) { string(other) }
                endArray()
            }
        }
        endObject()
    }
}

// Regular expressions of ECMA-262, as JSON Schema wants them.

/// Something that is neither a blank nor a line break.
private let notBlank = #"[^\t-\r ]"#

/// A day, or a time of RFC 3339 as the loader reads it. That the day is in the calendar it cannot say.
private let dateOrTime =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    + #"(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$"#
