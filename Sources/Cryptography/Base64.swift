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
        let paddingCount = text.suffix(2).reversed().prefix { $0 == padding }.count
        let sextets = sextets
        var (group, found): (UInt32, UInt8) = (0, 0)
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
            for index in 0..<(text.count - paddingCount) {
                let sextet = sextets[Int(text[index])]
                found |= sextet
                group = group << 6 | UInt32(sextet)
                guard index % 4 == 3 else { continue }
                for position in 0..<3 { put(group, position, in: bytes, &count) }
            }
            guard paddingCount > 0 else { return }
            group <<= UInt32(6 * paddingCount)
            for position in 0..<(3 - paddingCount) { put(group, position, in: bytes, &count) }
        }
        // What padding leaves over would be the next bytes.
        let isRest = paddingCount == 0 || group & ((1 << UInt32(8 * paddingCount)) - 1) == 0
        return found < 64 && isRest ? bytes : nil
    }

    /// One of the three bytes of a group.
    private static func put(
        _ group: UInt32, _ position: Int, in bytes: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) {
        bytes.initializeElement(at: count, to: UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * position)))
        count += 1
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

    /// By character; 255 for those that are not of the alphabet.
    private static let sextets: [UInt8] = {
        var sextets = [UInt8](repeating: 255, count: 256)
        for sextet in 0..<64 { sextets[Int(alphabet.utf8Start[sextet])] = UInt8(sextet) }
        return sextets
    }()
}
