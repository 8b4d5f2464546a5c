/// One pass over the bytes, from the first to the last, onto the tape. It does not recurse: nesting costs a frame on a
/// stack of our own.
struct JSONParser {
    private let limits: JSONLimits
    private var position = 0
    private var tape: [JSONNode] = []
    /// The innermost container that is open, and those around it.
    private var frame = Frame.document
    private var outerFrames: [Frame] = []

    /// An object or array whose end was not seen yet; the document itself is an array of one.
    private struct Frame {
        let node: Int
        let isObject: Bool
        var count = 0
        /// The node of the key that was read last.
        var lastKey = 0
        var hasEscapedKeys = false

        static let document = Frame(node: -1, isObject: false)
    }

    /// The tape of a whole document.
    static func parse(_ source: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> [JSONNode] {
        var parser = JSONParser(limits: limits, bytes: source.count)
        do throws(JSONFault) {
            try parser.parse(source)
        } catch {
            throw JSONError(kind: error.kind, path: parser.path(source), offset: error.offset)
        }
        return parser.tape
    }

    private init(limits: JSONLimits, bytes: Int) {
        self.limits = limits
        // What an AdmissionReview needs, and no more than a megabyte on suspicion.
        tape.reserveCapacity(min(bytes / 8 + 4, 65_536))
        outerFrames.reserveCapacity(16)
    }

    @inline(__always)
    private mutating func parse(_ source: Span<UInt8>) throws(JSONFault) {
        let limit = min(limits.maximumBytes, JSONNode.largestDocument)
        guard source.count <= limit else { throw JSONFault(.documentTooLarge(limit: limit), at: limit) }
        try refuseForeignEncoding(source)
        skipSpace(source)
        repeat {
            try readValue(source)
            guard tape.count <= limits.maximumValues else {
                throw JSONFault(.tooManyValues(limit: limits.maximumValues), at: position)
            }
            while !outerFrames.isEmpty, try !stepToNextValue(source) {}
        } while !outerFrames.isEmpty
        skipSpace(source)
        guard position == source.count else { throw JSONFault(.trailingBytes, at: position) }
    }

    @inline(__always)
    private mutating func append(_ kind: JSONNode.Kind, from start: Int, to end: Int, hasEscapes: Bool = false) {
        tape.append(JSONNode(kind, start: start, end: end, at: tape.count, hasEscapes: hasEscapes))
    }

    private func refuseForeignEncoding(_ source: Span<UInt8>) throws(JSONFault) {
        guard source.count >= 2 else { return }
        switch (source[0], source[1]) {
        case (0xEF, 0xBB): throw JSONFault(.byteOrderMark, at: 0)
        case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0): throw JSONFault(.utf16, at: 0)
        default: return
        }
    }

    @inline(__always)
    private mutating func skipSpace(_ source: Span<UInt8>) {
        while position < source.count, source[position] <= 0x20 {
            switch source[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }
}

// MARK: - Values

extension JSONParser {
    @inline(__always)
    private mutating func readValue(_ source: Span<UInt8>) throws(JSONFault) {
        guard position < source.count else { throw JSONFault(.unexpectedEnd, at: position) }
        switch source[position] {
        case UInt8(ascii: "\""):
            let text = try readString(source)
            append(.string, from: text.start, to: text.end, hasEscapes: text.hasEscapes)
        case UInt8(ascii: "{"): try open(.object, source)
        case UInt8(ascii: "["): try open(.array, source)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            position = try JSONParser.endOfNumber(source, from: start, limits)
            append(.number, from: start, to: position)
        case UInt8(ascii: "t"): try readLiteral("true", .true, source)
        case UInt8(ascii: "f"): try readLiteral("false", .false, source)
        case UInt8(ascii: "n"): try readLiteral("null", .null, source)
        case UInt8(ascii: "/"): throw JSONFault(.comment, at: position)
        default: throw JSONFault(.expectedValue, at: position)
        }
    }

    @inline(__always)
    private mutating func readLiteral(
        _ literal: StaticString, _ kind: JSONNode.Kind, _ source: Span<UInt8>
    ) throws(JSONFault) {
        let start = position
        guard JSONParser.stands(literal, in: source, at: start) else { throw JSONFault(.expectedValue, at: start) }
        position &+= literal.utf8CodeUnitCount
        append(kind, from: start, to: position)
    }

    private static func stands(_ literal: StaticString, in source: Span<UInt8>, at start: Int) -> Bool {
        literal.withUTF8Buffer { letters in
            guard letters.count <= source.count - start else { return false }
            for offset in 0..<letters.count where source[start + offset] != letters[offset] { return false }
            return true
        }
    }

    @inline(__always)
    private mutating func readString(_ source: Span<UInt8>) throws(JSONFault) -> JSONText {
        let text = try JSONText(in: source, quotedAt: position, limits)
        position = text.end &+ 1
        return text
    }

    @inline(__always)
    private mutating func open(_ kind: JSONNode.Kind, _ source: Span<UInt8>) throws(JSONFault) {
        guard outerFrames.count < limits.maximumDepth else {
            throw JSONFault(.tooDeep(limit: limits.maximumDepth), at: position)
        }
        outerFrames.append(frame)
        frame = Frame(node: tape.count, isObject: kind == .object)
        append(kind, from: position, to: position)
        position &+= 1
    }

    @inline(__always)
    private mutating func close() {
        position &+= 1
        tape[frame.node].close(end: position, next: tape.count, count: frame.count)
        if let outer = outerFrames.popLast() { frame = outer }
    }
}

// MARK: - Objects and arrays

extension JSONParser {
    /// Moves to where the next value of the innermost container begins, past its key; at the container's end it closes
    /// the container and answers false.
    @inline(__always)
    private mutating func stepToNextValue(_ source: Span<UInt8>) throws(JSONFault) -> Bool {
        skipSpace(source)
        guard position < source.count else { throw JSONFault(.unexpectedEnd, at: position) }
        let end = frame.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        if source[position] == end {
            if frame.isObject { try refuseDuplicateKey(source) }
            close()
            return false
        }
        if frame.count > 0 { try skipComma(source, end: end) }
        if frame.isObject {
            try readKey(source)
        } else {
            frame.count &+= 1
        }
        return true
    }

    @inline(__always)
    private mutating func skipComma(_ source: Span<UInt8>, end: UInt8) throws(JSONFault) {
        guard source[position] == UInt8(ascii: ",") else {
            throw JSONFault(source[position] == UInt8(ascii: "/") ? .comment : .expectedCommaOrEnd, at: position)
        }
        position &+= 1
        skipSpace(source)
        guard position < source.count else { throw JSONFault(.unexpectedEnd, at: position) }
        guard source[position] != end else { throw JSONFault(.trailingComma, at: position) }
    }

    @inline(__always)
    private mutating func readKey(_ source: Span<UInt8>) throws(JSONFault) {
        guard source[position] == UInt8(ascii: "\"") else {
            throw JSONFault(source[position] == UInt8(ascii: "/") ? .comment : .expectedKey, at: position)
        }
        let text = try readString(source)
        frame.lastKey = tape.count
        frame.count &+= 1
        if text.hasEscapes { frame.hasEscapedKeys = true }
        tape.append(JSONNode(key: text, fingerprint: JSONKey.fingerprint(text, in: source)))
        skipSpace(source)
        guard position < source.count else { throw JSONFault(.unexpectedEnd, at: position) }
        guard source[position] == UInt8(ascii: ":") else { throw JSONFault(.expectedColon, at: position) }
        position &+= 1
        skipSpace(source)
    }

    @inline(__always)
    private mutating func refuseDuplicateKey(_ source: Span<UInt8>) throws(JSONFault) {
        let duplicate = DuplicateKey.first(
            inObjectAt: frame.node, count: frame.count, hasEscapes: frame.hasEscapedKeys, tape, source)
        guard let duplicate else { return }
        frame.lastKey = duplicate
        throw JSONFault(.duplicateKey, at: tape[duplicate].range.lowerBound - 1)
    }
}

// MARK: - Errors

extension JSONParser {
    /// Where we are, from the open containers and the keys that were read last in them.
    private func path(_ source: Span<UInt8>) -> String {
        var path = JSONPath()
        for frame in outerFrames.dropFirst() + [frame] where frame.count > 0 {
            guard frame.isObject else {
                path.append(index: frame.count - 1)
                continue
            }
            var key: [UInt8] = []
            JSONEscapes.resolve(source, tape[frame.lastKey].range, into: &key)
            path.append(key: key)
        }
        return path.text
    }
}
