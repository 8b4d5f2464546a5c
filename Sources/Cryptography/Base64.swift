/// Base64 of RFC 4648 section 4, and nothing that merely resembles it.
public enum Base64 {
    /// The bytes that `text` stands for, or nil.
    ///
    /// Accepts only what `encode` produces: the standard alphabet, with padding, without white space or line breaks, and
    /// with zero in the bits that padding leaves over (section 3.5). So two texts never stand for the same bytes.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        // One call for all of it: what a collection of another module does for each of its characters is not inlined.
        if let bytes = text.withContiguousStorageIfAvailable(decode(contiguous:)) { return bytes }
        return Array(text).withUnsafeBufferPointer(decode(contiguous:))
    }

    private static func decode(contiguous text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        for start in stride(from: 0, to: text.count, by: 4) {
            let isLast = start == text.count - 4
            let paddingCount = isLast ? text.suffix(2).reversed().prefix { $0 == padding }.count : 0
            var group: UInt32 = 0
            for index in start..<(start + 4 - paddingCount) {
                guard let value = value(of: text[index]) else { return nil }
                group = group << 6 | value
            }
            group <<= UInt32(6 * paddingCount)
            guard group & ((1 << UInt32(8 * paddingCount)) - 1) == 0 else { return nil }
            for index in 0..<(3 - paddingCount) {
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index)))
            }
        }
        return bytes
    }

    /// The standard alphabet, with padding, in one line.
    public static func encode(_ bytes: [UInt8]) -> String {
        let length = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: length) { text in
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let characters = min(bytes.count - start, 3) + 1
                put(group(of: bytes, at: start), characters: characters, in: text, at: start / 3 * 4)
            }
            return length
        }
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// The 24 bits of three bytes, zero where there are none any more.
    private static func group(of bytes: [UInt8], at start: Int) -> UInt32 {
        var group = UInt32(bytes[start]) << 16
        if start + 1 < bytes.count { group |= UInt32(bytes[start + 1]) << 8 }
        if start + 2 < bytes.count { group |= UInt32(bytes[start + 2]) }
        return group
    }

    /// Puts the upper `characters` sextets of a group, and padding for the others.
    private static func put(
        _ group: UInt32, characters: Int, in text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        for index in 0..<4 {
            let sextet = Int(group >> UInt32(18 - 6 * index) & 0x3f)
            text.initializeElement(at: start + index, to: index < characters ? alphabet.utf8Start[sextet] : padding)
        }
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
