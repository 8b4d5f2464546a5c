import Cryptography
import StrictJSON

/// An object of a document that somebody else wrote, read by the rules of proto-JSON as far as all its writers agree on
/// them: keys in lowerCamelCase, 64-bit integers as texts, bytes in standard base64, `null` as absent. Unknown fields are
/// refused unless the format says that readers pass over them.
struct WireObject {
    let value: JSONValue
    /// From the root of the document; the document's own name for the root.
    let path: String
    private let isRoot: Bool

    /// Reads a whole document.
    ///
    /// - Parameter keys: all fields that the root may have; nil where unknown ones are passed over.
    init(
        document name: String, parsing bytes: [UInt8], limits: JSONLimits, keys: [StaticString]?
    ) throws(FormatError) {
        let root: JSONValue
        do { root = try JSONDocument(parsing: bytes, limits: limits).root } catch {
            throw .notJSON(document: name, reason: error.description)
        }
        try self.init(root, path: name, isRoot: true, keys: keys)
    }

    init(_ value: JSONValue, path: String, isRoot: Bool = false, keys: [StaticString]?) throws(FormatError) {
        (self.value, self.path, self.isRoot) = (value, path, isRoot)
        guard value.kind == .object else {
            throw .malformed(field: path, found: value.described, expected: "an object")
        }
        guard let keys else { return }
        for (key, _) in value.members {
            guard keys.contains(where: { key.isSpelled($0) }) else { throw .unknown(field: self.path(of: key.quoted)) }
        }
    }

    func path(of key: String) -> String { isRoot ? key : "\(path).\(key)" }
    func path(of key: StaticString) -> String { path(of: "\(key)") }

    /// Nil if it is absent or null.
    func member(_ key: StaticString) -> JSONValue? {
        guard let member = value[key], !member.isNull else { return nil }
        return member
    }

    func required(_ key: StaticString) throws(FormatError) -> JSONValue {
        guard let member = member(key) else { throw .missing(field: path(of: key)) }
        return member
    }
}

// MARK: - Objects and lists

extension WireObject {
    func object(_ key: StaticString, keys: [StaticString]?) throws(FormatError) -> WireObject? {
        guard let member = member(key) else { return nil }
        return try WireObject(member, path: path(of: key), keys: keys)
    }

    func requiredObject(_ key: StaticString, keys: [StaticString]?) throws(FormatError) -> WireObject {
        try WireObject(try required(key), path: path(of: key), keys: keys)
    }

    /// The elements with their paths; none if the member is absent.
    func elements(_ key: StaticString, limit: Int) throws(FormatError) -> [(value: JSONValue, path: String)] {
        guard let member = member(key) else { return [] }
        let path = path(of: key)
        guard member.kind == .array else {
            throw .malformed(field: path, found: member.described, expected: "a list")
        }
        guard member.count <= limit else { throw .tooMany(field: path, found: member.count, limit: limit) }
        return member.elements.enumerated().map { ($1, "\(path)[\($0)]") }
    }

    func objects(_ key: StaticString, limit: Int, keys: [StaticString]?) throws(FormatError) -> [WireObject] {
        var objects: [WireObject] = []
        for (value, path) in try elements(key, limit: limit) {
            objects.append(try WireObject(value, path: path, keys: keys))
        }
        return objects
    }
}

// MARK: - Scalars

extension WireObject {
    func text(_ key: StaticString) throws(FormatError) -> String? {
        guard let member = member(key) else { return nil }
        guard let text = member.string else {
            throw .malformed(field: path(of: key), found: member.described, expected: "a text")
        }
        return text
    }

    func requiredText(_ key: StaticString) throws(FormatError) -> String {
        guard let text = try text(key) else { throw .missing(field: path(of: key)) }
        return text
    }

    /// Standard base64 with padding, not empty.
    func bytes(_ key: StaticString) throws(FormatError) -> [UInt8]? {
        guard let member = member(key) else { return nil }
        return try WireObject.bytes(member, path: path(of: key))
    }

    func requiredBytes(_ key: StaticString) throws(FormatError) -> [UInt8] {
        try WireObject.bytes(try required(key), path: path(of: key))
    }

    static func bytes(_ value: JSONValue, path: String) throws(FormatError) -> [UInt8] {
        guard let text = value.stringUTF8, let bytes = Base64.decode(text), !bytes.isEmpty else {
            throw .malformed(field: path, found: value.described, expected: "standard base64 of at least one byte")
        }
        return bytes
    }

    /// A hash in standard base64 or in lower-case hexadecimal.
    func hash(_ key: StaticString, length: Int, hexadecimal: Bool = false) throws(FormatError) -> [UInt8] {
        let member = try required(key)
        let text = member.stringUTF8 ?? []
        let bytes = hexadecimal ? Hexadecimal.decode(text) : Base64.decode(text)
        guard let bytes, bytes.count == length else {
            let form = hexadecimal ? "lower-case hexadecimal" : "standard base64"
            throw .malformed(field: path(of: key), found: member.described, expected: "\(length) bytes in \(form)")
        }
        return bytes
    }

    /// A 64-bit integer as proto-JSON writes it: a text of decimal digits, absent for zero. Only numbers from zero on occur.
    func count(_ key: StaticString) throws(FormatError) -> Int {
        guard let member = member(key) else { return 0 }
        guard let text = member.stringUTF8, let number = WireObject.decimal(text) else {
            throw .malformed(
                field: path(of: key), found: member.described, expected: "a text of decimal digits, such as `\"735\"`")
        }
        return number
    }

    /// An integer from zero on as JSON has it.
    func number(_ key: StaticString) throws(FormatError) -> Int {
        let member = try required(key)
        guard let number = member.integer, number >= 0 else {
            throw .malformed(field: path(of: key), found: member.described, expected: "a whole number from zero on")
        }
        return number
    }

    /// The one spelling of a number: no sign, no zero in front.
    private static func decimal(_ digits: [UInt8]) -> Int? {
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, productOverflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = product.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !productOverflows, !sumOverflows else { return nil }
            number = sum
        }
        return number
    }
}

extension JSONValue {
    /// A value as a message shows it.
    var described: String {
        switch kind {
        case .object: "an object"
        case .array: "a list"
        case .string: "`\((string ?? "").quoted)`"
        case .number: "the number `\((numberText ?? "").quoted)`"
        case .boolean: boolean == true ? "`true`" : "`false`"
        case .null: "null"
        }
    }
}

extension String {
    /// Whether these are the same bytes; `==` of strings is canonical equivalence.
    func isSpelled(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { utf8.elementsEqual($0) }
    }

    /// Likewise.
    func isSpelled(_ text: String) -> Bool { utf8.elementsEqual(text.utf8) }
}
