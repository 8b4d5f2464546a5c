/// Finds a key that stands twice in one object. Keys are compared by the bytes that they mean.
enum DuplicateKey {
    /// With up to so many keys, to compare each with each costs less than to hash them.
    private static let fewKeys = 32

    /// The node of the first key that means the same bytes as one before it. `object` is followed by its members; it has
    /// `count` of them, of which some have escapes in their keys if `hasEscapes`.
    static func first(
        inObjectAt object: Int, count: Int, hasEscapes: Bool, _ tape: [JSONNode], _ source: Span<UInt8>
    ) -> Int? {
        guard count > 1 else { return nil }
        guard count <= fewKeys, !hasEscapes else { return firstOfMany(nodes(object, count, tape), tape, source) }
        var nodes = InlineArray<32, Int32>(repeating: 0)
        var fingerprints = InlineArray<32, UInt32>(repeating: 0)
        var node = object &+ 1
        for index in 0..<count {
            let fingerprint = tape[node].next
            for earlier in 0..<index where fingerprints[earlier] == fingerprint {
                if isWritten(tape[node], like: tape[Int(nodes[earlier])], source) { return node }
            }
            nodes[index] = Int32(truncatingIfNeeded: node)
            fingerprints[index] = fingerprint
            node = Int(tape[node &+ 1].next)
        }
        return nil
    }

    private static func nodes(_ object: Int, _ count: Int, _ tape: [JSONNode]) -> [Int] {
        var nodes: [Int] = []
        nodes.reserveCapacity(count)
        var node = object + 1
        for _ in 0..<count {
            nodes.append(node)
            node = Int(tape[node + 1].next)
        }
        return nodes
    }

    private static func isWritten(_ key: JSONNode, like other: JSONNode, _ source: Span<UInt8>) -> Bool {
        let (left, right) = (key.range, other.range)
        guard left.count == right.count else { return false }
        for offset in 0..<left.count where source[left.lowerBound + offset] != source[right.lowerBound + offset] {
            return false
        }
        return true
    }

    private static func firstOfMany(_ nodes: [Int], _ tape: [JSONNode], _ source: Span<UInt8>) -> Int? {
        guard nodes.contains(where: { tape[$0].hasEscapes }) else {
            return KeyTable.firstDuplicate(source, nodes.map { tape[$0].range }).map { nodes[$0] }
        }
        var texts: [UInt8] = []
        var ranges: [Range<Int>] = []
        for node in nodes {
            let start = texts.count
            JSONEscapes.resolve(source, tape[node].range, into: &texts)
            ranges.append(start..<texts.count)
        }
        return KeyTable.firstDuplicate(texts.span, ranges).map { nodes[$0] }
    }
}
