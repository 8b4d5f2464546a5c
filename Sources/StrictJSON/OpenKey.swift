/// A key of an object whose end was not seen yet.
struct OpenKey {
    let start: Int
    let end: Int
    let hasEscapes: Bool
    /// The first bytes as they are written, at most eight: keys without escapes that differ in it are different.
    private let prefix: UInt64

    init(_ text: Range<Int>, hasEscapes: Bool, in source: Span<UInt8>) {
        (start, end) = (text.lowerBound, text.upperBound)
        self.hasEscapes = hasEscapes
        var prefix: UInt64 = 0
        if start &+ 8 <= source.count {
            let word = source.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
            let excess = max(0, 8 - (end - start))
            prefix = UInt64(littleEndian: word) << UInt64(excess * 8)
        } else {
            for index in start..<end { prefix = prefix >> 8 | UInt64(source[index]) << 56 }
        }
        self.prefix = prefix
    }

    func text(in source: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        JSONEscapes.resolve(source, start..<end, into: &text)
        return text
    }

    /// With up to so many keys, to compare each with each costs less than to hash them.
    private static let fewKeys = 32

    /// The first key that means the same bytes as one before it.
    static func firstDuplicate(among keys: ArraySlice<OpenKey>, in source: Span<UInt8>) -> OpenKey? {
        if keys.contains(where: \.hasEscapes) { return firstDuplicateOfTexts(keys, in: source) }
        guard keys.count <= fewKeys else {
            return KeyTable.firstDuplicate(source, keys.map { $0.start..<$0.end }).map { keys[keys.startIndex + $0] }
        }
        for index in keys.indices.dropFirst() {
            for earlier in keys.startIndex..<index where keys[index].isWritten(like: keys[earlier], in: source) {
                return keys[index]
            }
        }
        return nil
    }

    private func isWritten(like other: OpenKey, in source: Span<UInt8>) -> Bool {
        guard prefix == other.prefix, end - start == other.end - other.start else { return false }
        for offset in 0..<(end - start) where source[start + offset] != source[other.start + offset] { return false }
        return true
    }

    private static func firstDuplicateOfTexts(_ keys: ArraySlice<OpenKey>, in source: Span<UInt8>) -> OpenKey? {
        var texts: [UInt8] = []
        var ranges: [Range<Int>] = []
        for key in keys {
            let start = texts.count
            JSONEscapes.resolve(source, key.start..<key.end, into: &texts)
            ranges.append(start..<texts.count)
        }
        return KeyTable.firstDuplicate(texts.span, ranges).map { keys[keys.startIndex + $0] }
    }
}
