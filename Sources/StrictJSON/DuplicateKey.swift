/// Finds a key that stands twice in one object. Keys are compared by the bytes that they mean.
enum DuplicateKey {
    /// With up to so many keys, to compare the fingerprints of each with each costs less than to hash them.
    private static let fewKeys = 32

    /// The node of the first key that means the same bytes as one before it. `object` is followed by its members; it has
    /// `count` of them.
    static func first(
        inObjectAt object: Int, count: Int, _ tape: Span<JSONNode>, _ source: Span<UInt8>
    ) -> Int? {
        guard count > 1 else { return nil }
        guard count <= fewKeys else { return firstOfMany(nodes(object, count, tape), tape, source) }
        var seen: UInt64 = 0
        var node = object &+ 1
        for index in 0..<count {
            // One bit for each fingerprint: whoever finds it unset has met no such key.
            let bit: UInt64 = 1 << UInt64(tape[node].fingerprint & 63)
            if seen & bit != 0, hasTwin(node, amongFirst: index, inObjectAt: object, tape) {
                return firstOfMany(nodes(object, count, tape), tape, source)
            }
            seen |= bit
            node = Int(tape[node &+ 1].next)
        }
        return nil
    }

    /// Whether one of the first `count` keys of the object has the fingerprint of the key at `node`.
    private static func hasTwin(
        _ node: Int, amongFirst count: Int, inObjectAt object: Int, _ tape: Span<JSONNode>
    ) -> Bool {
        var earlier = object &+ 1
        for _ in 0..<count {
            if tape[earlier].fingerprint == tape[node].fingerprint { return true }
            earlier = Int(tape[earlier &+ 1].next)
        }
        return false
    }

    private static func nodes(_ object: Int, _ count: Int, _ tape: Span<JSONNode>) -> [Int] {
        var nodes: [Int] = []
        nodes.reserveCapacity(count)
        var node = object + 1
        for _ in 0..<count {
            nodes.append(node)
            node = Int(tape[node + 1].next)
        }
        return nodes
    }

    private static func firstOfMany(_ nodes: [Int], _ tape: Span<JSONNode>, _ source: Span<UInt8>) -> Int? {
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
