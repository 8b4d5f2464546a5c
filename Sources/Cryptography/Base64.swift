/// Base64 of RFC 4648 section 4, and nothing that merely resembles it.
public enum Base64 {
    /// The bytes that `text` stands for, or nil.
    ///
    /// Accepts only what `encode` produces: the standard alphabet, with padding, without white space or line breaks, and
    /// with zero in the bits that padding leaves over (section 3.5). So two texts never stand for the same bytes.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var decoder = Decoder(expecting: text.count)
        for character in text {
            guard decoder.accept(character) else { return nil }
        }
        return decoder.finish()
    }

    /// The standard alphabet, with padding, in one line.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var bytesInGroup = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            bytesInGroup += 1
            if bytesInGroup == 3 {
                append(group, characters: 4, to: &text)
                (group, bytesInGroup) = (0, 0)
            }
        }
        if bytesInGroup > 0 {
            append(group << UInt32(8 * (3 - bytesInGroup)), characters: bytesInGroup + 1, to: &text)
            while text.count % 4 != 0 { text.append(padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends the upper `characters` sextets of a group of 24 bits.
    private static func append(_ group: UInt32, characters: Int, to text: inout [UInt8]) {
        for index in 0..<characters {
            text.append(alphabet[Int(group >> UInt32(18 - 6 * index) & 0x3f)])
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

    private struct Decoder {
        private var bytes: [UInt8] = []
        private var group: UInt32 = 0
        private var charactersInGroup = 0
        private var paddingCount = 0

        init(expecting characters: Int) {
            bytes.reserveCapacity(characters / 4 * 3)
        }

        /// False if the character cannot stand where it stands.
        mutating func accept(_ character: UInt8) -> Bool {
            if character == padding {
                paddingCount += 1
                group <<= 6
            } else {
                guard paddingCount == 0, let value = Base64.value(of: character) else { return false }
                group = group << 6 | value
            }
            charactersInGroup += 1
            if charactersInGroup == 4 { return closeGroup() }
            return true
        }

        private mutating func closeGroup() -> Bool {
            let leftover: UInt32
            switch paddingCount {
            case 0: leftover = 0
            case 1: leftover = group & 0xff
            case 2: leftover = group & 0xffff
            default: return false
            }
            guard leftover == 0 else { return false }
            for index in 0..<(3 - paddingCount) {
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * index)))
            }
            (group, charactersInGroup) = (0, 0)
            return true
        }

        /// Nil if the text ended inside a group. After padding no further character is accepted: more padding makes the
        /// next group one of only padding, which `closeGroup` refuses.
        func finish() -> [UInt8]? {
            charactersInGroup == 0 ? bytes : nil
        }
    }
}
