/// Looks at sixteen bytes of a text at once, in one register of the processor.
struct SixteenBytes {
    static let count = 16

    private let bytes: SIMD16<Int8>

    /// `text` must hold that many bytes from `index` on.
    @inline(always)
    init(_ text: UnsafeRawBufferPointer, at index: Int) {
        // As words, which load in one step; a vector of bytes would be put together byte by byte.
        let low = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        let high = text.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self)
        bytes = unsafeBitCast(SIMD2(low, high), to: SIMD16<Int8>.self)
    }

    /// The first byte that does not mean itself in a JSON string or needs a look at its UTF-8: a control character, a
    /// quote, a backslash, or one that is not ASCII, which counts as negative here. 16 if there is none.
    @inline(always)
    var firstSpecialToReader: Int {
        let special =
            (bytes .< SIMD16<Int8>(repeating: 0x20))
            .| (bytes .== SIMD16<Int8>(repeating: Int8(bitPattern: UInt8(ascii: "\""))))
            .| (bytes .== SIMD16<Int8>(repeating: Int8(bitPattern: UInt8(ascii: "\\"))))
        // A mask is a vector too: all ones where it is true, all zeros elsewhere.
        let words = unsafeBitCast(special, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].littleEndian.trailingZeroBitCount / 8 }
        return 8 &+ words[1].littleEndian.trailingZeroBitCount / 8
    }
}
