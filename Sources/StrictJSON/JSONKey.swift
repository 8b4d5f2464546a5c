/// Keys of objects: a fingerprint tells most of them apart without a look at the bytes.
enum JSONKey {
    /// Of the bytes that the key means. Equal bytes have equal fingerprints; unequal ones nearly always differ.
    @inline(always)
    static func fingerprint(_ text: JSONText, in source: Span<UInt8>) -> UInt32 {
        guard !text.hasEscapes else { return fingerprint(ofEscaped: text, in: source) }
        let count = text.end &- text.start
        guard count > 0, text.end >= 8, text.start &+ 8 <= source.count else {
            return source.extracting(text.start..<text.end).withUnsafeBytes { fingerprint(of: $0) }
        }
        // Keys have all lengths, and no processor could foresee a branch for each: what is not the key's is masked out.
        let foreign = UInt64(8 &* max(8 &- count, 0))
        return source.withUnsafeBytes { source in
            fingerprint(
                word(of: source, at: text.start) & UInt64.max &>> foreign,
                word(of: source, at: text.end &- 8) & UInt64.max &<< foreign, count)
        }
    }

    @inline(never)
    private static func fingerprint(ofEscaped text: JSONText, in source: Span<UInt8>) -> UInt32 {
        var meaning: [UInt8] = []
        meaning.reserveCapacity(text.end - text.start)
        JSONEscapes.resolve(source, text.start..<text.end, into: &meaning)
        return meaning.withUnsafeBytes { fingerprint(of: $0) }
    }

    /// The same of bytes that stand by themselves.
    static func fingerprint(of text: UnsafeRawBufferPointer) -> UInt32 {
        let count = text.count
        guard count < 8 else { return fingerprint(word(of: text, at: 0), word(of: text, at: count &- 8), count) }
        guard count > 0 else { return fingerprint(0, 0, 0) }
        let bytes = shortWord(of: text)
        return fingerprint(bytes, bytes &<< UInt64(8 &* (8 &- count)), count)
    }

    /// One to seven bytes, the first of them lowest; some are looked at twice.
    private static func shortWord(of text: UnsafeRawBufferPointer) -> UInt64 {
        let count = text.count
        guard count >= 4 else {
            return UInt64(text[0]) | UInt64(text[count / 2]) &<< UInt64(8 &* (count / 2))
                | UInt64(text[count &- 1]) &<< UInt64(8 &* (count &- 1))
        }
        let first = UInt32(littleEndian: text.loadUnaligned(as: UInt32.self))
        let last = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        return UInt64(first) | UInt64(last) &<< UInt64(8 &* (count &- 4))
    }

    /// Takes in the first eight bytes, the first of them lowest, the last eight, the last of them highest, and the length.
    /// They may overlap; where there are fewer, zeros stand for them.
    @inline(always)
    private static func fingerprint(_ first: UInt64, _ last: UInt64, _ count: Int) -> UInt32 {
        let mixed = (first ^ (last << 29 | last >> 35) ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    @inline(always)
    private static func word(of text: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}
