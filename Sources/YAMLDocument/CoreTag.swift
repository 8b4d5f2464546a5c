/// The tags that change nothing but how a scalar is read. Every other tag asks a reader to build something.
enum CoreTag {
    static let sequence = prefix + "seq"
    static let mapping = prefix + "map"
    private static let prefix = "tag:yaml.org,2002:"

    /// What a scalar is, by its tag if it has one, else by its style and text.
    static func resolve(
        _ scalar: EventScalar, _ properties: NodeProperties, at position: YAMLPosition
    ) throws(YAMLError) -> YAMLScalar {
        let untagged = scalar.isUntaggedPlain ? CoreSchema.resolve(scalar.text) : .string
        let resolved = try properties.tag.map { tag throws(YAMLError) in
            try resolve(scalar.text, tagged: tag, at: position)
        }
        return YAMLScalar(text: scalar.text, resolved: resolved ?? untagged, style: scalar.style)
    }

    /// Refuses a collection that carries another tag than its own.
    static func check(_ tag: String?, is allowed: String, at position: YAMLPosition) throws(YAMLError) {
        guard let tag, tag != "!", tag != allowed else { return }
        throw unsupported(tag, at: position)
    }

    private static func resolve(
        _ text: String, tagged tag: String, at position: YAMLPosition
    ) throws(YAMLError) -> YAMLScalar.Resolved {
        let plain = CoreSchema.resolve(text)
        switch (tag, plain) {
        case (prefix + "str", _), ("!", _): return .string
        case (prefix + "null", .null), (prefix + "bool", .boolean), (prefix + "int", .integer),
            (prefix + "float", .float):
            return plain
        case (prefix + "float", .integer(let value?)): return .float(Double(value))
        case (prefix + "null", _), (prefix + "bool", _), (prefix + "int", _), (prefix + "float", _):
            throw YAMLError(.syntax, "`\(text)` is not what its tag `\(shorthand(tag))` says", at: position)
        default: throw unsupported(tag, at: position)
        }
    }

    private static func unsupported(_ tag: String, at position: YAMLPosition) -> YAMLError {
        YAMLError(
            .unsupported, "the tag `\(shorthand(tag))` is not supported; quote a value that begins with `!`",
            at: position)
    }

    private static func shorthand(_ tag: String) -> String {
        tag.utf8.starts(with: prefix.utf8) ? "!!" + tag.dropFirst(prefix.count) : tag
    }
}
