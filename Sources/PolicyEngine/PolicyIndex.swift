/// Finds the few selectors that can match a reference, at a cost that follows the reference's length and not the number
/// of selectors.
///
/// A pattern is filed under its literal beginning (host, port and leading segments without wildcard and variable), or under the literal end of
/// its host if the host holds a wildcard. Hash collisions only add candidates; `Selector.match` decides.
struct PolicyIndex: Sendable {
    private var byPrefix: [UInt64: [Int32]] = [:]
    private var byHostEnd: [UInt64: [Int32]] = [:]
    private var byNamespace: [UInt64: [Int32]] = [:]
    private var byLabel: [UInt64: [Int32]] = [:]
    /// The keys of the labels that selectors are filed under, each once: a namespace may have many more.
    private var labelKeys: [String] = []
    private var always: [Int32] = []

    init(_ selectors: [Selector]) {
        for (position, selector) in selectors.enumerated() {
            guard let position = Int32(exactly: position) else { break }
            file(selector, at: position)
        }
    }

    private mutating func file(_ selector: Selector, at position: Int32) {
        guard selector.images.isEmpty else {
            for pattern in selector.images { file(pattern, at: position) }
            return
        }
        let names = selector.namespaces.map(\.literal)
        guard names.isEmpty || names.contains(nil) else {
            for case let name? in names { byNamespace[Key(name).value, default: []].append(position) }
            return
        }
        // It needs all of its labels, so it is found by any of them.
        guard let label = selector.namespaceLabels.first else { return always.append(position) }
        if !labelKeys.contains(label.key) { labelKeys.append(label.key) }
        byLabel[Key.label(label.key, label.value).value, default: []].append(position)
    }

    private mutating func file(_ pattern: ImagePattern, at position: Int32) {
        guard pattern.hostLabels.allSatisfy(\.isLiteral) else {
            var key = Key()
            for label in pattern.hostLabels.reversed() {
                guard let literal = label.literal else { break }
                key.append(literal)
            }
            byHostEnd[key.value, default: []].append(position)
            return
        }
        var key = Key.host(pattern.hostLabels.compactMap(\.literal), port: pattern.port)
        for segment in pattern.segments {
            guard let literal = segment.literal else { break }
            key.append(literal)
        }
        byPrefix[key.value, default: []].append(position)
    }

    /// The positions of all selectors that may match, ascending, each once.
    func candidates(for image: ImageUnderJudgement) -> [Int32] {
        var found = always
        let subject = image.subject
        if !byPrefix.isEmpty {
            var key = Key.host(subject.hostLabels, port: subject.port)
            found += byPrefix[key.value] ?? []
            for segment in subject.segments {
                key.append(segment)
                found += byPrefix[key.value] ?? []
            }
        }
        if !byHostEnd.isEmpty {
            var key = Key()
            found += byHostEnd[key.value] ?? []
            for label in subject.hostLabels.reversed() {
                key.append(label)
                found += byHostEnd[key.value] ?? []
            }
        }
        switch image.facts.namespace {
        case .known(let namespace) where !byNamespace.isEmpty:
            found += byNamespace[Key(namespace.utf8).value] ?? []
        case .known: break
        // Whatever asks for a namespace must be looked at, to say that it is unknown or does not exist here.
        case .unknown, .absent: found += byNamespace.values.joined()
        }
        switch image.facts.namespaceLabels {
        case .known(let labels):
            for key in labelKeys {
                guard let value = labels[key] else { continue }
                found += byLabel[Key.label(key, value).value] ?? []
            }
        case .unknown, .absent: found += byLabel.values.joined()
        }
        return PolicyIndex.sortedOnce(found)
    }

    private static func sortedOnce(_ positions: [Int32]) -> [Int32] {
        guard positions.count > 1 else { return positions }
        var result: [Int32] = []
        result.reserveCapacity(positions.count)
        for position in positions.sorted() where position != result.last { result.append(position) }
        return result
    }
}

/// A hash (FNV-1a) over separated pieces of bytes. Who writes policies is trusted not to make them collide.
private struct Key {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    init(_ piece: some Sequence<UInt8>) { append(piece) }

    static func label(_ key: String, _ value: String) -> Key {
        var result = Key(key.utf8)
        result.append(value.utf8)
        return result
    }

    static func host(_ labels: some Sequence<some Sequence<UInt8>>, port: some Sequence<UInt8>) -> Key {
        var key = Key()
        for label in labels { key.append(label) }
        key.append(CollectionOfOne(UInt8(ascii: ":")))
        key.append(port)
        return key
    }

    mutating func append(_ piece: some Sequence<UInt8>) {
        for byte in piece { mix(byte) }
        mix(0)
    }

    private mutating func mix(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
