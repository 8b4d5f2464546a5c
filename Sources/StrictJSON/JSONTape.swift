/// One value of a document. The nodes of a document lie in one array in the order of the source: a container before
/// what it holds, a key before its value.
struct JSONNode: Sendable {
    enum Kind: UInt32 {
        case object, array, string, number, `true`, `false`, null
    }

    /// Elements are counted in 28 bits, and none is shorter than a byte.
    static let largestDocument = (1 << 28) - 1

    /// The bytes of the value; of a string and a key, those between the quotes.
    let start: UInt32
    private(set) var end: UInt32
    /// The index after the node and all that it holds. A key holds nothing, so here it keeps its fingerprint.
    private(set) var next: UInt32
    /// Kind in the lowest three bits, then whether escapes occur, then how many elements or members there are.
    private var packed: UInt32

    /// A number or literal at `index` of the tape.
    init(_ kind: Kind, start: Int, end: Int, at index: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        next = UInt32(truncatingIfNeeded: index &+ 1)
        packed = kind.rawValue
    }

    /// A string at `index` of the tape.
    init(string text: JSONText, at index: Int) {
        start = UInt32(truncatingIfNeeded: text.start)
        end = UInt32(truncatingIfNeeded: text.end)
        next = UInt32(truncatingIfNeeded: index &+ 1)
        packed = Kind.string.rawValue | (text.hasEscapes ? 8 : 0)
    }

    /// A key of an object.
    init(key text: JSONText, fingerprint: UInt32) {
        start = UInt32(truncatingIfNeeded: text.start)
        end = UInt32(truncatingIfNeeded: text.end)
        next = fingerprint
        packed = Kind.string.rawValue | (text.hasEscapes ? 8 : 0)
    }

    /// An object or array of which only the beginning was seen.
    init(open kind: Kind, start: Int, within outer: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        end = 0
        next = UInt32(truncatingIfNeeded: outer)
        packed = kind.rawValue
    }

    var kind: Kind { Kind(rawValue: packed & 7) ?? .null }
    /// Of a key, see `JSONKey`.
    var fingerprint: UInt32 { next }
    var hasEscapes: Bool { packed & 8 != 0 }
    var count: Int { Int(packed >> 4) }
    var range: Range<Int> { Int(start)..<max(Int(start), Int(end)) }

    /// Completes an object or array, when its end is known.
    @inline(always)
    mutating func close(end: Int, next: Int, count: Int) {
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        packed = kind.rawValue | UInt32(truncatingIfNeeded: count) << 4
    }
}

// MARK: - Open containers

/// Until its end is known, the node of an object or array keeps what the parser needs to go on with it.
extension JSONNode {
    /// The node of the container around it; of no meaning in the outermost.
    var outer: Int { Int(next) }
    /// Of an object, which of its keys may have stood in it before.
    var seenKeys: UInt32 { end }

    /// `count` is kept in its own place.
    @inline(always)
    mutating func leaveOpen(count: Int, seenKeys: UInt32) {
        end = seenKeys
        packed = kind.rawValue | UInt32(truncatingIfNeeded: count) << 4
    }
}

/// Source and tape of a parsed document; all views of it share one.
final class JSONStorage: Sendable {
    let source: [UInt8]
    let tape: [JSONNode]

    init(source: [UInt8], tape: [JSONNode]) {
        self.source = source
        self.tape = tape
    }

    /// The UTF-8 of a string or key, its escapes resolved.
    func text(of node: JSONNode) -> [UInt8] {
        guard node.hasEscapes else { return Array(source[node.range]) }
        let source = source
        var text: [UInt8] = []
        text.reserveCapacity(node.range.count)
        JSONEscapes.resolve(source.span, node.range, into: &text)
        return text
    }

    /// Whether the string or key has exactly this text, byte for byte.
    func text(of node: JSONNode, is expected: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !node.hasEscapes else { return text(of: node).elementsEqual(expected) }
        let range = node.range
        guard range.count == expected.count else { return false }
        return source.withUnsafeBufferPointer { source in
            for index in expected.indices where source[range.lowerBound &+ index] != expected[index] { return false }
            return true
        }
    }
}
