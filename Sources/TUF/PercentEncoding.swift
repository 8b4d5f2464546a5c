/// Text as it stands in one segment of a URL (RFC 3986 section 2.3): everything but letters, digits and `-._~` is encoded,
/// slashes and percent signs too. So different texts are different names, on any file system that tells case apart.
func percentEncoded(_ text: some Sequence<UInt8>) -> String {
    var encoded: [UInt8] = []
    for byte in text {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.append(byte)
        default:
            encoded.append(UInt8(ascii: "%"))
            encoded += [digit(byte >> 4), digit(byte & 0x0F)]
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

private func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
}
