public import Timestamp

/// Writes DER (X.690 section 10), one element a call; each call returns the whole element. It refuses nothing, so that a
/// test can also write what no honest program would.
public enum DER {
    /// An element of any tag, whose length is written in the fewest bytes.
    public static func element(tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag] + length(content.count) + content
    }

    public static func sequence(_ elements: [UInt8]...) -> [UInt8] { sequence(of: elements) }
    public static func sequence(of elements: [[UInt8]]) -> [UInt8] { element(tag: 0x30, elements.flatMap { $0 }) }

    /// The elements in the order that DER demands of a SET OF (X.690 section 11.6).
    public static func set(_ elements: [UInt8]...) -> [UInt8] { set(of: elements) }
    public static func set(of elements: [[UInt8]]) -> [UInt8] {
        element(tag: 0x31, elements.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
    }

    public static func boolean(_ value: Bool) -> [UInt8] { element(tag: 0x01, [value ? 0xff : 0x00]) }
    public static let null: [UInt8] = [0x05, 0x00]

    public static func integer(_ value: Int) -> [UInt8] {
        var content = withUnsafeBytes(of: Int64(value).bigEndian, Array.init)
        while content.count > 1,
            (content[0] == 0x00 && content[1] < 0x80) || (content[0] == 0xff && content[1] >= 0x80)
        { content.removeFirst() }
        return element(tag: 0x02, content)
    }

    /// A number that is not negative, big-endian.
    public static func integer(unsigned bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        return element(tag: 0x02, digits.first.map { $0 < 0x80 } == true ? digits : [0] + digits)
    }

    /// In dotted notation: `1.3.6.1.5.5.7.3.3`.
    public static func oid(_ dotted: String) -> [UInt8] {
        let arcs = dotted.split(separator: ".").compactMap { UInt64($0) }
        let numbers = arcs.count < 2 ? arcs : [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)
        return element(tag: 0x06, numbers.flatMap(base128))
    }

    public static func octetString(_ content: [UInt8]) -> [UInt8] { element(tag: 0x04, content) }
    /// A bit string of whole bytes.
    public static func bitString(_ content: [UInt8]) -> [UInt8] { element(tag: 0x03, [0] + content) }
    /// Named bits, by their number (X.680 section 22.7): zeros at the end are not written.
    public static func bitString(named bits: Set<Int>) -> [UInt8] {
        guard let last = bits.max() else { return element(tag: 0x03, [0]) }
        var content = [UInt8](repeating: 0, count: last / 8 + 1)
        for bit in bits { content[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        return element(tag: 0x03, [UInt8(7 - last % 8)] + content)
    }

    public static func utf8String(_ text: String) -> [UInt8] { element(tag: 0x0c, Array(text.utf8)) }
    public static func printableString(_ text: String) -> [UInt8] { element(tag: 0x13, Array(text.utf8)) }
    public static func ia5String(_ text: String) -> [UInt8] { element(tag: 0x16, Array(text.utf8)) }

    /// UTCTime until 2049 and GeneralizedTime from then on, as certificates have it (RFC 5280 section 4.1.2.5).
    public static func time(_ instant: Instant) -> [UInt8] {
        let digits = digits(of: instant)
        let isShort = digits.lexicographicallyPrecedes("2050") && !digits.lexicographicallyPrecedes("1950")
        return isShort ? element(tag: 0x17, Array(digits.dropFirst(2).utf8)) : generalizedTime(instant)
    }

    /// In whole seconds.
    public static func generalizedTime(_ instant: Instant) -> [UInt8] {
        element(tag: 0x18, Array(digits(of: instant).utf8))
    }

    /// `[number]`, explicit, around one element, or around several.
    public static func explicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        element(tag: 0xa0 | number, content)
    }

    /// `[number]`, implicit, of a primitive type whose content this is.
    public static func implicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        element(tag: 0x80 | number, content)
    }

    /// An element under another tag: what an implicitly tagged one looks like.
    public static func retagged(_ element: [UInt8], as tag: UInt8) -> [UInt8] { [tag] + element.dropFirst() }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        let bytes = withUnsafeBytes(of: UInt64(count).bigEndian, Array.init).drop { $0 == 0 }
        return [0x80 | UInt8(bytes.count)] + bytes
    }

    private static func base128(_ number: UInt64) -> [UInt8] {
        var (bytes, rest) = ([UInt8(number & 0x7f)], number >> 7)
        while rest > 0 {
            bytes.insert(UInt8(rest & 0x7f) | 0x80, at: 0)
            rest >>= 7
        }
        return bytes
    }

    private static func digits(of instant: Instant) -> String {
        instant.rfc3339InSeconds.filter(\.isNumber) + "Z"
    }
}
