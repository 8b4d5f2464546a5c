/// Keys of objects: a fingerprint tells most of them apart without a look at the bytes.
enum JSONKey {
    /// Of the bytes that the key means. Equal bytes have equal fingerprints; unequal ones nearly always differ.
    @inline(always)
    static func fingerprint(_ text: JSONText, in source: Span<UInt8>) -> UInt32 {
        guard !text.hasEscapes else { return fingerprint(ofEscaped: text, in: source) }
        return source.extracting(text.start..<text.end).withUnsafeBytes { fingerprint(of: $0) }
    }

    @inline(never)
    private static func fingerprint(ofEscaped text: JSONText, in source: Span<UInt8>) -> UInt32 {
        var meaning: [UInt8] = []
        meaning.reserveCapacity(text.end - text.start)
        JSONEscapes.resolve(source, text.start..<text.end, into: &meaning)
        return meaning.withUnsafeBytes { fingerprint(of: $0) }
    }

    /// Takes in the length, and of the bytes the first and the last eight, which may overlap.
    @inline(always)
    static func fingerprint(of text: UnsafeRawBufferPointer) -> UInt32 {
        let first: UInt64
        let last: UInt64
        switch text.count {
        case 0: (first, last) = (0, 0)
        case 1...3: (first, last) = (UInt64(text[0]) << 8 | UInt64(text[text.count / 2]), UInt64(text[text.count &- 1]))
        case 4...7:
            first = UInt64(text.loadUnaligned(as: UInt32.self))
            last = UInt64(text.loadUnaligned(fromByteOffset: text.count &- 4, as: UInt32.self))
        default:
            first = text.loadUnaligned(as: UInt64.self)
            last = text.loadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self)
        }
        let mixed = (first ^ (last << 29 | last >> 35) ^ UInt64(text.count)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
