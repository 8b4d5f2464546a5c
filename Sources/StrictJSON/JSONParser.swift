/// One pass over the bytes, from the first to the last, onto the tape. It neither recurses nor keeps a stack: while a
/// container is open, its node remembers the one around it.
struct JSONParser {
    private let limits: JSONLimits
    private var depth = 0
    private var container = OpenContainer.document
    /// The node of the key that stands in the innermost container a second time; nil until there is one.
    private var repeatedKey: Int?

    /// The innermost object or array whose end was not seen yet; the document itself is an array of one.
    private struct OpenContainer {
        let node: Int
        /// The bracket that closes it.
        let end: UInt8
        var count = 0
        /// One bit for each key so far, by its fingerprint; all of them once a key has found its bit set.
        private(set) var seenKeys: UInt32 = 0

        static let document = OpenContainer(node: 0, isObject: false)

        init(node: Int, isObject: Bool) {
            self.node = node
            end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        }

        /// One that was left open while one in it was read. Of the document nobody asks again.
        @inline(always)
        init(leftAt node: Int, _ tape: borrowing OutputSpan<JSONNode>) {
            let left = tape[node]
            self.init(node: node, isObject: left.kind == .object)
            count = left.count
            seenKeys = left.seenKeys
        }

        var isObject: Bool { end == UInt8(ascii: "}") }

        /// Whether a key may stand twice. Of most objects, which have few keys, it is certain that none does.
        var mayRepeatKey: Bool { seenKeys == .max }

        @inline(always)
        mutating func addKey(_ fingerprint: UInt32) {
            count &+= 1
            let bit: UInt32 = 1 << (fingerprint & 31)
            seenKeys = seenKeys & bit == 0 ? seenKeys | bit : .max
        }
    }

    /// Between two looks at the room that is left on the tape, at most a key and its value are put there.
    private static let nodesAtOnce = 2

    /// The tape of a whole document.
    static func parse(_ source: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> [JSONNode] {
        let limit = min(limits.maximumBytes, JSONNode.largestDocument)
        guard source.count <= limit else {
            throw JSONError(kind: .documentTooLarge(limit: limit), path: JSONPath().text, offset: limit)
        }
        // In nearly all documents a key or value takes eight bytes or more. In none, save for containers that are still
        // open, less than two.
        let usual = source.count / 8 + 64
        if let tape = try parse(source, limits, room: usual) { return tape }
        let open = min(limits.maximumDepth, source.count)
        let most = min(source.count / 2 + open, limits.maximumValues) + nodesAtOnce
        guard let tape = try parse(source, limits, room: max(usual, most)) else {
            throw JSONError(kind: .tooManyValues(limit: limits.maximumValues), path: JSONPath().text, offset: 0)
        }
        return tape
    }

    /// Nil if the document does not end before the room does.
    private static func parse(
        _ source: Span<UInt8>, _ limits: JSONLimits, room: Int
    ) throws(JSONError) -> [JSONNode]? {
        var isWhole = false
        let tape = try [JSONNode](capacity: room) { (tape: inout OutputSpan<JSONNode>) throws(JSONError) in
            var parser = JSONParser(limits: limits)
            do throws(JSONFault) {
                isWhole = try parser.parse(source, onto: &tape)
            } catch {
                throw JSONError(kind: error.kind, path: parser.path(source, tape), offset: error.offset)
            }
        }
        return isWhole ? tape : nil
    }

    private init(limits: JSONLimits) {
        self.limits = limits
    }

    /// Whether the tape had room for all.
    private mutating func parse(
        _ source: Span<UInt8>, onto tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Bool {
        try refuseForeignEncoding(source)
        let room = min(limits.maximumValues, tape.capacity &- JSONParser.nodesAtOnce)
        var position = try readValue(source, at: skipSpace(source, from: 0), onto: &tape)
        while depth > 0, tape.count <= room {
            position = try skipSpace(source, from: position)
            if source[unchecked: position] == container.end {
                position = try close(source, at: position, &tape)
            } else {
                position = try stepToNextValue(source, from: position, onto: &tape)
                position = try readValue(source, at: position, onto: &tape)
            }
        }
        guard tape.count <= limits.maximumValues else {
            throw JSONFault(.tooManyValues(limit: limits.maximumValues), at: position)
        }
        guard depth == 0 else { return false }
        position = endOfSpace(source, from: position)
        guard position == source.count else { throw JSONFault(.trailingBytes, at: position) }
        return true
    }

    private func refuseForeignEncoding(_ source: Span<UInt8>) throws(JSONFault) {
        guard source.count >= 2 else { return }
        switch (source[0], source[1]) {
        case (0xEF, 0xBB): throw JSONFault(.byteOrderMark, at: 0)
        case (0xFE, 0xFF), (0xFF, 0xFE), (0, _), (_, 0): throw JSONFault(.utf16, at: 0)
        default: return
        }
    }

    /// Where the next byte stands that is no space. There must be one: what this answers is within the source, so the
    /// byte there is read without another check.
    @inline(always)
    private func skipSpace(_ source: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        if start < source.count, source[unchecked: start] > 0x20 { return start }
        return try endOfSpaceWithin(source, from: start)
    }

    @inline(never)
    private func endOfSpaceWithin(_ source: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        let position = endOfSpace(source, from: start)
        guard position < source.count else { throw JSONFault(.unexpectedEnd, at: position) }
        return position
    }

    private func endOfSpace(_ source: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < source.count {
            switch source[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return position
            }
        }
        return position
    }
}

// MARK: - Values

// What reads a value or key gets the position where it begins and answers the one after it. The position is passed on
// instead of being kept, so that it stays in a register: every step waits for it.
extension JSONParser {
    /// Of an object or array it reads the bracket.
    @inline(always)
    private mutating func readValue(
        _ source: Span<UInt8>, at start: Int, onto tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        switch source[unchecked: start] {
        case UInt8(ascii: "\""):
            let text = try JSONText(in: source, quotedAt: start, limits)
            tape.append(JSONNode(string: text, at: tape.count))
            return text.end &+ 1
        case UInt8(ascii: "{"): return try open(.object, at: start, &tape)
        case UInt8(ascii: "["): return try open(.array, at: start, &tape)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let end = try JSONParser.endOfNumber(source, from: start, limits)
            tape.append(JSONNode(.number, start: start, end: end, at: tape.count))
            return end
        case UInt8(ascii: "t"): return try readLiteral("true", .true, source, at: start, onto: &tape)
        case UInt8(ascii: "f"): return try readLiteral("false", .false, source, at: start, onto: &tape)
        case UInt8(ascii: "n"): return try readLiteral("null", .null, source, at: start, onto: &tape)
        case UInt8(ascii: "/"): throw JSONFault(.comment, at: start)
        default: throw JSONFault(.expectedValue, at: start)
        }
    }

    private func readLiteral(
        _ literal: StaticString, _ kind: JSONNode.Kind, _ source: Span<UInt8>, at start: Int,
        onto tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        guard JSONParser.stands(literal, in: source, at: start) else { throw JSONFault(.expectedValue, at: start) }
        let end = start &+ literal.utf8CodeUnitCount
        tape.append(JSONNode(kind, start: start, end: end, at: tape.count))
        return end
    }

    private static func stands(_ literal: StaticString, in source: Span<UInt8>, at start: Int) -> Bool {
        literal.withUTF8Buffer { letters in
            guard letters.count <= source.count - start else { return false }
            for offset in 0..<letters.count where source[start + offset] != letters[offset] { return false }
            return true
        }
    }

    @inline(always)
    private mutating func open(
        _ kind: JSONNode.Kind, at start: Int, _ tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        guard depth < limits.maximumDepth else {
            throw JSONFault(.tooDeep(limit: limits.maximumDepth), at: start)
        }
        if depth > 0 {
            tape[container.node].leaveOpen(count: container.count, seenKeys: container.seenKeys)
        }
        let node = tape.count
        tape.append(JSONNode(open: kind, start: start, within: container.node))
        container = OpenContainer(node: node, isObject: kind == .object)
        depth &+= 1
        return start &+ 1
    }

    @inline(always)
    private mutating func close(
        _ source: Span<UInt8>, at bracket: Int, _ tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        if container.mayRepeatKey { try refuseDuplicateKey(source, tape.span) }
        let outer = tape[container.node].outer
        tape[container.node].close(end: bracket &+ 1, next: tape.count, count: container.count)
        container = OpenContainer(leftAt: outer, tape)
        depth &-= 1
        return bracket &+ 1
    }
}

// MARK: - Objects and arrays

extension JSONParser {
    /// Goes past the comma, if one is due, and the key.
    @inline(always)
    private mutating func stepToNextValue(
        _ source: Span<UInt8>, from start: Int, onto tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        let position = container.count > 0 ? try skipComma(source, at: start) : start
        if container.isObject { return try readKey(source, at: position, onto: &tape) }
        container.count &+= 1
        return position
    }

    @inline(always)
    private func skipComma(_ source: Span<UInt8>, at start: Int) throws(JSONFault) -> Int {
        guard source[unchecked: start] == UInt8(ascii: ",") else {
            throw JSONParser.fault(.expectedCommaOrEnd, source, at: start)
        }
        let position = try skipSpace(source, from: start &+ 1)
        guard source[unchecked: position] != container.end else {
            throw JSONParser.fault(.trailingComma, source, at: position)
        }
        return position
    }

    @inline(always)
    private mutating func readKey(
        _ source: Span<UInt8>, at start: Int, onto tape: inout OutputSpan<JSONNode>
    ) throws(JSONFault) -> Int {
        guard source[unchecked: start] == UInt8(ascii: "\"") else {
            throw JSONParser.fault(.expectedKey, source, at: start)
        }
        let text = try JSONText(in: source, quotedAt: start, limits)
        let fingerprint = JSONKey.fingerprint(text, in: source)
        container.addKey(fingerprint)
        tape.append(JSONNode(key: text, fingerprint: fingerprint))
        let colon = try skipSpace(source, from: text.end &+ 1)
        guard source[unchecked: colon] == UInt8(ascii: ":") else {
            throw JSONParser.fault(.expectedColon, source, at: colon)
        }
        return try skipSpace(source, from: colon &+ 1)
    }

    /// What is wrong with the byte at `position`, if it is not what was expected there.
    @inline(never)
    private static func fault(_ expected: JSONError.Kind, _ source: Span<UInt8>, at position: Int) -> JSONFault {
        guard position < source.count else { return JSONFault(.unexpectedEnd, at: position) }
        return JSONFault(source[position] == UInt8(ascii: "/") ? .comment : expected, at: position)
    }

    private mutating func refuseDuplicateKey(_ source: Span<UInt8>, _ tape: Span<JSONNode>) throws(JSONFault) {
        let duplicate = DuplicateKey.first(inObjectAt: container.node, count: container.count, tape, source)
        guard let duplicate else { return }
        repeatedKey = duplicate
        throw JSONFault(.duplicateKey, at: tape[duplicate].range.lowerBound - 1)
    }
}

// MARK: - Errors

extension JSONParser {
    /// Where we are, from the open containers and the keys that were read last in them.
    private func path(_ source: Span<UInt8>, _ tape: borrowing OutputSpan<JSONNode>) -> String {
        var containers = [container]
        for _ in 0..<max(depth - 1, 0) {
            let outer = tape[containers[containers.count - 1].node].outer
            containers.append(OpenContainer(leftAt: outer, tape))
        }
        var path = JSONPath()
        for container in containers.reversed() where depth > 0 && container.count > 0 {
            guard container.isObject else {
                path.append(index: container.count - 1)
                continue
            }
            var key: [UInt8] = []
            JSONEscapes.resolve(source, tape[currentKey(of: container, tape)].range, into: &key)
            path.append(key: key)
        }
        return path.text
    }

    /// The node of the key that was read last, whose value need not be complete; of a repeated key, that one.
    private func currentKey(of object: OpenContainer, _ tape: borrowing OutputSpan<JSONNode>) -> Int {
        if let repeatedKey, object.node == container.node { return repeatedKey }
        var node = object.node + 1
        for _ in 1..<max(object.count, 1) { node = Int(tape[node + 1].next) }
        return node
    }
}
