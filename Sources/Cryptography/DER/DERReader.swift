/// Reads DER (ITU-T X.690 section 10) one element after the other, within the bounds of what it was given.
///
/// Only what DER allows is read: definite lengths in their shortest form. Tags above 30 do not turn up in the formats that
/// are read here, and are refused.
struct DERReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The content of the one element that `bytes` are, from the first to the last.
    init(_ bytes: [UInt8], holding tag: UInt8) throws(DERError) {
        var outer = DERReader(bytes[...])
        self = try outer.element(tag).reader
        try outer.finish()
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// The next element, whatever it is.
    mutating func element() throws(DERError) -> DERElement {
        let start = position
        let tag = try byte()
        guard tag & 0x1F != 0x1F else { throw DERError() }
        let length = try length()
        guard length <= bytes.endIndex - position else { throw DERError() }
        let content = bytes[position..<position + length]
        position += length
        return DERElement(tag: tag, content: content, encoding: bytes[start..<position])
    }

    /// The next element, which has to have this tag.
    mutating func element(_ tag: UInt8) throws(DERError) -> DERElement {
        let element = try element()
        guard element.tag == tag else { throw DERError() }
        return element
    }

    /// The next element if it has this tag.
    mutating func optional(_ tag: UInt8) throws(DERError) -> DERElement? {
        guard position < bytes.endIndex, bytes[position] == tag else { return nil }
        return try element()
    }

    /// Nothing may follow.
    func finish() throws(DERError) {
        guard isAtEnd else { throw DERError() }
    }

    /// All elements to the end.
    mutating func rest() throws(DERError) -> [DERElement] {
        var elements: [DERElement] = []
        while !isAtEnd { elements.append(try element()) }
        return elements
    }

    private mutating func byte() throws(DERError) -> UInt8 {
        guard position < bytes.endIndex else { throw DERError() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func length() throws(DERError) -> Int {
        let first = try byte()
        guard first >= 0x80 else { return Int(first) }
        // 0x80 would be the indefinite length of BER; more than four bytes of length are more than anyone sends.
        let count = Int(first & 0x7F)
        guard (1...4).contains(count) else { throw DERError() }
        var value = 0
        for _ in 0..<count { value = value << 8 | Int(try byte()) }
        guard value >= 0x80, value >> (8 * (count - 1)) != 0 else { throw DERError() }
        return value
    }
}

/// The bytes are not the DER that is expected there. Whoever catches it knows what was to be read.
struct DERError: Error, Hashable {}

/// The tags that are read here (X.690 section 8.1.2, X.680 section 8.6).
enum DERTag {
    static let boolean: UInt8 = 0x01
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let utf8String: UInt8 = 0x0C
    static let printableString: UInt8 = 0x13
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31

    /// `[number]` around or in place of a constructed type.
    static func constructed(_ number: UInt8) -> UInt8 { 0xA0 | number }
    /// `[number]` in place of a primitive type.
    static func primitive(_ number: UInt8) -> UInt8 { 0x80 | number }
}
