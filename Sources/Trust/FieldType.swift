/// The shape of a value in a policy document. A check or an attestor format describes its own fields with it, and
/// the loader reads every document by that description.
public indirect enum FieldType: Sendable {
    /// Any text that is not empty, with the word for it in error messages: "a pattern", "a URL".
    case text(String)
    case boolean
    case integer(ClosedRange<Int>)
    /// `90s`, `15m`, `24h`, `7d`.
    case duration
    /// A day or an RFC 3339 time.
    case date
    /// One of a closed list of words.
    case word([String])
    /// A path relative to the document's own file; the loader reads it, at most `limit` bytes.
    case file(limit: Int)
    /// At least one element.
    case list(FieldType)
    case object(ObjectType)
    /// Text under keys that the author chooses, with the words for both in error messages. At least one key; unlike other
    /// text a value may be empty.
    case dictionary(key: String, value: String)
    /// The YAML node's own kind decides which shape is meant.
    case either(scalar: FieldType, object: ObjectType)
}

/// A mapping with known keys; unknown and duplicate ones are errors.
public struct ObjectType: Sendable {
    public let fields: [Field]
    /// Each inner list is a choice: exactly one of its fields must be given.
    public let exactlyOneOf: [[String]]
    /// Of the fields in each inner list at least one must be given.
    public let atLeastOneOf: [[String]]
    /// Fields that only make sense together: either all or none are given.
    public let together: [[String]]
    /// Keys that the policy language knows and this program does not honour. They are errors with a reason of their
    /// own, at the key and whatever its value, and are left out of schema and documentation.
    public let notBuiltIn: [UnbuiltField]

    public init(
        _ fields: [Field], exactlyOneOf: [[String]] = [], atLeastOneOf: [[String]] = [], together: [[String]] = [],
        notBuiltIn: [UnbuiltField] = []
    ) {
        self.fields = fields
        self.exactlyOneOf = exactlyOneOf
        self.atLeastOneOf = atLeastOneOf
        self.together = together
        self.notBuiltIn = notBuiltIn
    }

    public subscript(name: String) -> Field? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}

/// One key of a mapping, with the shape of its value.
public struct Field: Sendable {
    public let name: String
    public let type: FieldType
    public let isRequired: Bool
    /// What the field says, one sentence without full stop.
    public let summary: String

    public init(_ name: String, _ type: FieldType, required: Bool = false, _ summary: String) {
        self.name = name
        self.type = type
        self.isRequired = required
        self.summary = summary
    }
}

/// A key that is refused with a reason instead of as unknown.
public struct UnbuiltField: Sendable {
    public let name: String
    /// What is not built in and what to write instead, as an error message.
    public let message: String

    public init(_ name: String, _ message: String) {
        self.name = name
        self.message = message
    }
}
