import StrictJSON

/// An object of a manifest or configuration, with its path for errors.
///
/// Go's decoder, which runtimes use, takes a key in any case for a known one, and folds two letters outside ASCII into
/// `k` and `s`. So a key that only looks like a known one is refused, other unknown keys are ignored. A member that is
/// `null` counts as absent, as it does there.
struct StrictObject {
    let value: JSONValue
    let path: String

    init(_ value: JSONValue, path: String, knownKeys: [StaticString]) throws(ManifestError) {
        guard value.kind == .object else {
            throw .malformed(path: path, found: StrictObject.describe(value), expected: "an object")
        }
        self.value = value
        self.path = path
        try refuseVariants(of: knownKeys)
    }

    func path(of key: StaticString) -> String { "\(path).\(key)" }

    func member(_ key: StaticString) -> JSONValue? {
        guard let member = value[key], !member.isNull else { return nil }
        return member
    }

    func required(_ key: StaticString, _ expected: String) throws(ManifestError) -> JSONValue {
        guard let member = member(key) else {
            throw .malformed(path: path(of: key), found: value[key] == nil ? "nothing" : "null", expected: expected)
        }
        return member
    }

    func string(_ key: StaticString) throws(ManifestError) -> String? {
        guard let member = member(key) else { return nil }
        guard let string = member.string else {
            throw .malformed(path: path(of: key), found: StrictObject.describe(member), expected: "a string")
        }
        return string
    }

    func requiredString(_ key: StaticString) throws(ManifestError) -> String {
        _ = try required(key, "a string")
        return try string(key) ?? ""
    }

    func strings(_ key: StaticString) throws(ManifestError) -> [String] {
        var strings: [String] = []
        for (element, path) in try elements(key) {
            guard let string = element.string else {
                throw .malformed(path: path, found: StrictObject.describe(element), expected: "a string")
            }
            strings.append(string)
        }
        return strings
    }

    /// The elements of an array with their paths; none if the member is absent.
    func elements(_ key: StaticString, limit: Int = Int.max) throws(ManifestError) -> [(JSONValue, path: String)] {
        guard let member = member(key) else { return [] }
        let path = path(of: key)
        guard member.kind == .array else {
            throw .malformed(path: path, found: StrictObject.describe(member), expected: "an array")
        }
        guard member.count <= limit else { throw .limitExceeded(path: path, found: member.count, limit: limit) }
        return member.elements.enumerated().map { ($1, path: "\(path)[\($0)]") }
    }

    func object(_ key: StaticString, knownKeys: [StaticString] = []) throws(ManifestError) -> StrictObject? {
        guard let member = member(key) else { return nil }
        return try StrictObject(member, path: path(of: key), knownKeys: knownKeys)
    }

    func annotations(_ key: StaticString) throws(ManifestError) -> Annotations {
        guard let object = try object(key) else { return Annotations([]) }
        var entries: [(key: String, value: String)] = []
        for (name, value) in object.value.members {
            guard let text = value.string else {
                throw .malformed(
                    path: "\(object.path)[\"\(String(quoting: Array(name.utf8)))\"]",
                    found: StrictObject.describe(value),
                    expected: "a string")
            }
            entries.append((name, text))
        }
        return Annotations(entries)
    }

    /// A value as a message shows it.
    static func describe(_ value: JSONValue) -> String {
        switch value.kind {
        case .object: "an object"
        case .array: "an array"
        case .string: "`\(String(quoting: value.stringUTF8 ?? []))`"
        case .number: "`\(value.numberText ?? "")`"
        case .boolean: value.boolean == true ? "`true`" : "`false`"
        case .null: "null"
        }
    }

    private func refuseVariants(of knownKeys: [StaticString]) throws(ManifestError) {
        guard !knownKeys.isEmpty else { return }
        for (key, _) in value.members {
            for known in knownKeys where known.withUTF8Buffer({ StrictObject.isVariant(key.utf8, of: $0) }) {
                throw .confusing(
                    path: path, found: "the key `\(String(quoting: Array(key.utf8)))`", expected: "`\(known)`")
            }
        }
    }

    /// Whether Go takes `key` for `known`, although it is spelled otherwise.
    private static func isVariant(_ key: String.UTF8View, of known: UnsafeBufferPointer<UInt8>) -> Bool {
        var bytes = key.makeIterator()
        for expected in known {
            guard nextFolded(&bytes) == expected.lowerCasedASCII else { return false }
        }
        return bytes.next() == nil && !key.elementsEqual(known)
    }

    /// The next letter in lower case, U+017F (long s) and U+212A (kelvin sign) as the ASCII letters that they fold
    /// into; nil at the end and where no ASCII letter can come of it.
    private static func nextFolded(_ bytes: inout String.UTF8View.Iterator) -> UInt8? {
        switch bytes.next() {
        case nil: nil
        case 0xC5: bytes.next() == 0xBF ? UInt8(ascii: "s") : nil
        case 0xE2: bytes.next() == 0x84 && bytes.next() == 0xAA ? UInt8(ascii: "k") : nil
        case let byte?: byte.lowerCasedASCII
        }
    }
}
