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

    @inline(always)
    func store(to target: UnsafeMutableRawPointer, at index: Int) {
        let words = unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        target.storeBytes(of: words[0], toByteOffset: index, as: UInt64.self)
        target.storeBytes(of: words[1], toByteOffset: index &+ 8, as: UInt64.self)
    }

    /// Whether there is a byte that may need an escape: what is special to a reader, and DEL. U+2028 and U+2029 are not ASCII.
    @inline(always)
    var haveSpecialToWriter: Bool {
        let words = unsafeBitCast(specialToReader .| (bytes .== SIMD16<Int8>(repeating: 0x7F)), to: SIMD2<UInt64>.self)
        return words[0] | words[1] != 0
    }

    /// The first byte that does not mean itself in a JSON string or needs a look at its UTF-8: a control character, a
    /// quote, a backslash, or one that is not ASCII, which counts as negative here. 16 if there is none.
    @inline(always)
    var firstSpecialToReader: Int {
        let words = unsafeBitCast(specialToReader, to: SIMD2<UInt64>.self)
        let first = words[0].littleEndian.trailingZeroBitCount / 8
        let second = words[1].littleEndian.trailingZeroBitCount / 8
        // The second half counts if the first gave 8. No processor could foresee a branch here.
        return first &+ second &* (first / 8)
    }

    /// A mask is a vector too: all ones where it is true, all zeros elsewhere.
    @inline(always)
    private var specialToReader: SIMDMask<SIMD16<Int8>> {
        (bytes .< SIMD16<Int8>(repeating: 0x20))
            .| (bytes .== SIMD16<Int8>(repeating: Int8(bitPattern: UInt8(ascii: "\""))))
            .| (bytes .== SIMD16<Int8>(repeating: Int8(bitPattern: UInt8(ascii: "\\"))))
    }
}
