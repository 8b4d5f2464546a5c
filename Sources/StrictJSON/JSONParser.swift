/// One pass over the bytes, from the first to the last, onto the tape. It does not recurse: nesting costs a frame on a
/// stack of our own.
struct JSONParser {
    let limits: JSONLimits
    private(set) var tape: [JSONNode] = []
    var position = 0
    private var frames: [Frame] = []
    /// The keys of all objects that are open, those of the innermost last.
    private var keys: [OpenKey] = []

    /// An object or array whose end was not seen yet.
    private struct Frame {
        let node: Int
        let isObject: Bool
        /// How many keys were open before.
        let firstKey: Int
        var count = 0
    }

    init(limits: JSONLimits) {
        self.limits = limits
    }

    mutating func parse(_ source: Span<UInt8>) throws(JSONError) {
        let limit = min(limits.maximumBytes, JSONNode.largestDocument)
        guard source.count <= limit else { throw failure(.documentTooLarge(limit: limit), at: limit, source) }
        try refuseForeignEncoding(source)
        // What an AdmissionReview needs, and no more than a megabyte on suspicion.
        tape.reserveCapacity(min(source.count / 8 + 4, 65_536))
        frames.reserveCapacity(16)
        keys.reserveCapacity(64)
        skipSpace(source)
        try readValue(source)
        while let frame = frames.last {
            if frame.isObject {
                try readMember(source, isFirst: frame.count == 0)
            } else {
                try readElement(source, isFirst: frame.count == 0)
            }
        }
        skipSpace(source)
        guard position == source.count else { throw failure(.trailingBytes, at: position, source) }
    }

    mutating func append(_ kind: JSONNode.Kind, from start: Int, to end: Int, hasEscapes: Bool = false) {
        tape.append(JSONNode(kind, start: start, end: end, at: tape.count, hasEscapes: hasEscapes))
    }

    private func refuseForeignEncoding(_ source: Span<UInt8>) throws(JSONError) {
        guard source.count >= 2 else { return }
        switch (source[0], source[1]) {
        case (0xEF, 0xBB): throw failure(.byteOrderMark, at: 0, source)
        case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0): throw failure(.utf16, at: 0, source)
        default: return
        }
    }

    private mutating func skipSpace(_ source: Span<UInt8>) {
        while position < source.count {
            switch source[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }
}

// MARK: - Values

extension JSONParser {
    private mutating func readValue(_ source: Span<UInt8>) throws(JSONError) {
        guard position < source.count else { throw failure(.unexpectedEnd, at: position, source) }
        switch source[position] {
        case UInt8(ascii: "\""):
            let (text, hasEscapes) = try readString(source)
            append(.string, from: text.lowerBound, to: text.upperBound, hasEscapes: hasEscapes)
        case UInt8(ascii: "{"): try open(.object, source)
        case UInt8(ascii: "["): try open(.array, source)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber(source)
        case UInt8(ascii: "t"): try readLiteral("true", .true, source)
        case UInt8(ascii: "f"): try readLiteral("false", .false, source)
        case UInt8(ascii: "n"): try readLiteral("null", .null, source)
        case UInt8(ascii: "/"): throw failure(.comment, at: position, source)
        default: throw failure(.expectedValue, at: position, source)
        }
    }

    private mutating func readLiteral(
        _ literal: StaticString, _ kind: JSONNode.Kind, _ source: Span<UInt8>
    ) throws(JSONError) {
        let start = position
        let matches = literal.withUTF8Buffer { letters in
            for letter in letters {
                guard position < source.count, source[position] == letter else { return false }
                position &+= 1
            }
            return true
        }
        guard matches else { throw failure(.expectedValue, at: start, source) }
        append(kind, from: start, to: position)
    }

    private mutating func open(_ kind: JSONNode.Kind, _ source: Span<UInt8>) throws(JSONError) {
        guard frames.count < limits.maximumDepth else {
            throw failure(.tooDeep(limit: limits.maximumDepth), at: position, source)
        }
        frames.append(Frame(node: tape.count, isObject: kind == .object, firstKey: keys.count))
        append(kind, from: position, to: position)
        position &+= 1
    }

    private mutating func close() {
        position &+= 1
        guard let frame = frames.popLast() else { return }
        tape[frame.node].close(end: position, next: tape.count, count: frame.count)
        keys.removeLast(keys.count - frame.firstKey)
    }
}

// MARK: - Objects and arrays

extension JSONParser {
    private mutating func readMember(_ source: Span<UInt8>, isFirst: Bool) throws(JSONError) {
        guard try stepsToNext(source, isFirst: isFirst, end: UInt8(ascii: "}")) else {
            if let key = duplicateKey(source) { throw failure(.duplicateKey, at: key.start - 1, source, key: key) }
            return close()
        }
        guard source[position] == UInt8(ascii: "\"") else {
            throw failure(source[position] == UInt8(ascii: "/") ? .comment : .expectedKey, at: position, source)
        }
        let (text, hasEscapes) = try readString(source)
        append(.string, from: text.lowerBound, to: text.upperBound, hasEscapes: hasEscapes)
        keys.append(OpenKey(text, hasEscapes: hasEscapes, in: source))
        frames[frames.count - 1].count &+= 1
        skipSpace(source)
        guard position < source.count else { throw failure(.unexpectedEnd, at: position, source) }
        guard source[position] == UInt8(ascii: ":") else { throw failure(.expectedColon, at: position, source) }
        position &+= 1
        skipSpace(source)
        try readValue(source)
    }

    private mutating func readElement(_ source: Span<UInt8>, isFirst: Bool) throws(JSONError) {
        guard try stepsToNext(source, isFirst: isFirst, end: UInt8(ascii: "]")) else { return close() }
        frames[frames.count - 1].count &+= 1
        try readValue(source)
    }

    /// Moves to where the next member or element begins; false at the end of the container.
    private mutating func stepsToNext(
        _ source: Span<UInt8>, isFirst: Bool, end: UInt8
    ) throws(JSONError) -> Bool {
        skipSpace(source)
        guard position < source.count else { throw failure(.unexpectedEnd, at: position, source) }
        if source[position] == end { return false }
        if isFirst { return true }
        guard source[position] == UInt8(ascii: ",") else {
            throw failure(source[position] == UInt8(ascii: "/") ? .comment : .expectedCommaOrEnd, at: position, source)
        }
        position &+= 1
        skipSpace(source)
        guard position < source.count else { throw failure(.unexpectedEnd, at: position, source) }
        guard source[position] != end else { throw failure(.trailingComma, at: position, source) }
        return true
    }

    private func duplicateKey(_ source: Span<UInt8>) -> OpenKey? {
        guard let frame = frames.last, keys.count - frame.firstKey > 1 else { return nil }
        return OpenKey.firstDuplicate(among: keys[frame.firstKey...], in: source)
    }
}

// MARK: - Errors

extension JSONParser {
    func failure(
        _ kind: JSONError.Kind, at offset: Int, _ source: Span<UInt8>, key: OpenKey? = nil
    ) -> JSONError {
        JSONError(kind: kind, path: path(source, innermostKey: key), offset: offset)
    }

    /// Where we are, from the open frames: the keys that were read last, or `innermostKey` in their innermost object.
    private func path(_ source: Span<UInt8>, innermostKey: OpenKey?) -> String {
        var path = JSONPath()
        for (depth, frame) in frames.enumerated() where frame.count > 0 {
            guard frame.isObject else {
                path.append(index: frame.count - 1)
                continue
            }
            if depth + 1 == frames.count, let innermostKey {
                path.append(key: innermostKey.text(in: source))
                continue
            }
            let lastKey = (depth + 1 < frames.count ? frames[depth + 1].firstKey : keys.count) - 1
            if keys.indices.contains(lastKey) { path.append(key: keys[lastKey].text(in: source)) }
        }
        return path.text
    }
}
