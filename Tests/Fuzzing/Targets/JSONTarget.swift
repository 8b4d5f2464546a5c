import StrictJSON

/// A document that is read prints to one that reads the same; what is refused stays refused with blanks around it.
enum JSONTarget {
    static func run(_ input: [UInt8]) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: input)
        } catch {
            hold((0...input.count).contains(error.offset), "the offset \(error.offset) is in the document")
            hold(error.description.utf8.count < 16_384, "an error is short")
            hold((try? JSONDocument(parsing: [0x20] + input + [0x0A])) == nil, "what is refused stays refused")
            return
        }
        let printed = document.root.printed
        guard let again = try? JSONDocument(parsing: printed) else { return hold(false, "what is printed is read") }
        hold(document.root.isSame(as: again.root), "parse(print(x)) == x")
        hold(again.root.printed == printed, "print(parse(print(x))) == print(x)")
        hold(document.root.depth <= JSONLimits().maximumDepth, "the limit of depth holds")
        checkParts(document.root, of: input)
    }

    private static func checkParts(_ root: JSONValue, of input: [UInt8]) {
        for (key, value) in root.members {
            hold(root[key: key]?.byteRange == value.byteRange, "a member is found by its key, and is the only one")
            let part = try? JSONDocument(parsing: Array(input[value.byteRange]))
            hold(part?.root.isSame(as: value) == true, "the bytes of a part are the part")
        }
        hold(
            root.members.reduce(0) { count, _ in count + 1 } == (root.kind == .object ? root.count : 0), "members count"
        )
        hold(
            root.elements.reduce(0) { count, _ in count + 1 } == (root.kind == .array ? root.count : 0),
            "elements count")
    }
}

extension JSONValue {
    /// As JSON, except that a number that is no whole one is printed as the text that it is.
    var printed: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch kind {
        case .object:
            writer.beginObject()
            for (key, value) in members {
                writer.key(text: key)
                value.write(to: &writer)
            }
            writer.endObject()
        case .array:
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .string: writer.string(string ?? "")
        case .number:
            if let integer { writer.integer(integer) } else { writer.string(numberText ?? "") }
        case .boolean: writer.boolean(boolean ?? false)
        case .null: writer.null()
        }
    }

    /// Whether `other` is this value, or was printed from it.
    func isSame(as other: JSONValue) -> Bool {
        switch kind {
        case .object:
            other.kind == .object && count == other.count
                && zip(members, other.members).allSatisfy { left, right in
                    left.key.utf8.elementsEqual(right.key.utf8) && left.value.isSame(as: right.value)
                }
        case .array:
            other.kind == .array && count == other.count
                && zip(elements, other.elements).allSatisfy { left, right in left.isSame(as: right) }
        case .string: stringUTF8 == other.stringUTF8
        case .number:
            integer == other.integer && numberText == (other.numberText ?? other.string)
                || integer != nil && integer == other.integer
        case .boolean: boolean == other.boolean
        case .null: other.isNull
        }
    }

    /// Levels of objects and arrays.
    var depth: Int {
        let below = max(members.map(\.value.depth).max() ?? 0, elements.map(\.depth).max() ?? 0)
        return below + (kind == .object || kind == .array ? 1 : 0)
    }

    /// Every string in it, keys left out.
    var strings: [String] {
        [string].compactMap { $0 } + members.flatMap(\.value.strings) + elements.flatMap(\.strings)
    }
}
