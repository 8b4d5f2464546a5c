/// A value of a document: a view, cheap to copy, that keeps the document alive.
public struct JSONValue: Sendable {
    let storage: JSONStorage
    let index: Int

    public enum Kind: Hashable, Sendable {
        case object, array, string, number, boolean, null
    }

    public var kind: Kind {
        switch node.kind {
        case .object: .object
        case .array: .array
        case .string: .string
        case .number: .number
        case .true, .false: .boolean
        case .null: .null
        }
    }

    /// The number of members or elements; 0 for anything but objects and arrays.
    public var count: Int { node.count }

    /// Where the value stands in the source, quotes and brackets included.
    public var byteRange: Range<Int> {
        let range = node.range
        return node.kind == .string ? range.lowerBound - 1..<range.upperBound + 1 : range
    }

    var node: JSONNode { storage.tape[index] }
}

// MARK: - Objects and arrays

extension JSONValue {
    /// The member of exactly this key, compared by the bytes it means; nil if there is none or this is no object. Looks
    /// at one key after the other: to read many members of a large object, go through `members` once.
    public subscript(key: StaticString) -> JSONValue? {
        key.withUTF8Buffer { member($0) }
    }

    /// Like the subscript above, for keys that are not known before.
    public subscript(key key: String) -> JSONValue? {
        var key = key
        return key.withUTF8 { member($0) }
    }

    /// The members in the order of the source; none if this is no object.
    public var members: JSONMembers { JSONMembers(object: self) }

    /// The elements in the order of the source; none if this is no array.
    public var elements: JSONElements { JSONElements(array: self) }

    private func member(_ key: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        let object = node
        guard object.kind == .object else { return nil }
        let fingerprint = JSONKey.fingerprint(of: UnsafeRawBufferPointer(key))
        let found = storage.tape.withUnsafeBufferPointer { tape -> Int? in
            var keyIndex = index &+ 1
            for _ in 0..<object.count {
                if tape[keyIndex].fingerprint == fingerprint, storage.text(of: tape[keyIndex], is: key) {
                    return keyIndex &+ 1
                }
                keyIndex = Int(tape[keyIndex &+ 1].next)
            }
            return nil
        }
        return found.map { JSONValue(storage: storage, index: $0) }
    }
}

// MARK: - Strings, numbers, literals

extension JSONValue {
    /// The text of a string, escapes resolved; nil for anything else. Note that `==` of strings is canonical
    /// equivalence: identities are compared with `isString` or by `stringUTF8`.
    public var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        guard node.hasEscapes else {
            // INVARIANT: what has a node on the tape was found to be well-formed UTF-8 by `JSONText`.
            let source = storage.source
            return String(copying: UTF8Span(unchecked: source.span.extracting(node.range)))
        }
        return String(decoding: storage.text(of: node), as: UTF8.self)
    }

    /// The UTF-8 of a string, escapes resolved; nil for anything else.
    public var stringUTF8: [UInt8]? {
        node.kind == .string ? storage.text(of: node) : nil
    }

    /// Whether this is a string of exactly these bytes.
    public func isString(_ text: StaticString) -> Bool {
        let node = node
        return node.kind == .string && text.withUTF8Buffer { storage.text(of: node, is: $0) }
    }

    /// The value of a number that is written as an integer and fits; nil for `-0`, `1.0`, `1e3` and what overflows,
    /// since others may read those otherwise.
    public var integer: Int? {
        let node = node
        guard node.kind == .number else { return nil }
        var digits = storage.source[node.range]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        if isNegative, digits.first == UInt8(ascii: "0") { return nil }
        var value = 0
        for digit in digits {
            guard JSONMagnitude.isDigit(digit) else { return nil }
            let (product, productOverflows) = value.multipliedReportingOverflow(by: 10)
            // Counted below zero, where there is one number more.
            let (sum, sumOverflows) = product.subtractingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !productOverflows, !sumOverflows else { return nil }
            value = sum
        }
        return isNegative ? value : Int(exactly: value.magnitude)
    }

    /// The number as it is written; nil for anything else.
    public var numberText: String? {
        let node = node
        guard node.kind == .number else { return nil }
        return String(decoding: storage.source[node.range], as: UTF8.self)
    }

    public var boolean: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    public var isNull: Bool { node.kind == .null }
}
