extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    // Inlinable, since a generic sequence of another module costs a call for each byte, and records hold many of these.
    @inlinable public var hexadecimal: String {
        var text: [UInt8] = []
        text.reserveCapacity(underestimatedCount * 2)
        for byte in self {
            text.append(hexadecimalDigit(byte >> 4))
            text.append(hexadecimalDigit(byte & 0x0f))
        }
        return String(decoding: text, as: UTF8.self)
    }
}

@inlinable func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
