/// Reads numbers and vectors as TLS writes them (RFC 5246 section 4): the highest byte first, lengths before content. Each
/// read is nil where the bytes end too early.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// A number of `width` bytes, at most 8.
    mutating func number(width: Int) -> UInt64? {
        take(width)?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func byte() -> UInt8? { take(1)?.first }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.endIndex - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// What follows its own length of two bytes.
    mutating func vector() -> ArraySlice<UInt8>? {
        guard let length = number(width: 2) else { return nil }
        return take(Int(length))
    }
}
