extension OutboundURL {
    static func scheme(of bytes: [UInt8]) throws(OutboundURLError) -> (Scheme, ArraySlice<UInt8>) {
        for scheme in [Scheme.https, .http] {
            let prefix = Array("\(scheme.rawValue)://".utf8)
            if bytes.prefix(prefix.count).map({ $0.loweredASCII }) == prefix {
                return (scheme, bytes.dropFirst(prefix.count))
            }
        }
        throw .schemeUnsupported
    }

    static func authority(_ bytes: ArraySlice<UInt8>) throws(OutboundURLError) -> (host: String, port: Int?) {
        guard !bytes.contains(UInt8(ascii: "@")) else { throw .userInformation }
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .hostMalformed }
            let inside = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
            guard let address = IPAddress(canonical: inside), !address.isIPv4 else { throw .hostMalformed }
            return (address.description, try port(bytes[(end + 1)...]))
        }
        let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        return (try name(bytes[..<end]), try port(bytes[end...]))
    }

    /// Empty, or `:` and a port.
    private static func port(_ bytes: ArraySlice<UInt8>) throws(OutboundURLError) -> Int? {
        guard bytes.first == UInt8(ascii: ":") else {
            guard bytes.isEmpty else { throw .portMalformed }
            return nil
        }
        let digits = bytes.dropFirst()
        guard (1...5).contains(digits.count), digits.allSatisfy({ $0.isDecimalDigit }) else { throw .portMalformed }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard (1...65535).contains(number) else { throw .portMalformed }
        return number
    }

    /// A DNS name (RFC 1123, and the underscore that container networks use) or a dotted quad.
    private static func name(_ bytes: ArraySlice<UInt8>) throws(OutboundURLError) -> String {
        guard (1...253).contains(bytes.count) else { throw .hostMalformed }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            guard (1...63).contains(label.count), label.first != .hyphen, label.last != .hyphen,
                label.allSatisfy({ $0.isLetter || $0.isDecimalDigit || $0 == .hyphen || $0 == UInt8(ascii: "_") })
            else { throw .hostMalformed }
        }
        let host = String(decoding: bytes.map { $0.loweredASCII }, as: UTF8.self)
        if let last = labels.last, isNumber(last), IPAddress(canonical: host) == nil { throw .hostNumeric }
        return host
    }

    /// A name whose last label looks like a number is taken for an IPv4 address by C libraries and browsers.
    private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
        if label.allSatisfy({ $0.isDecimalDigit }) { return true }
        let start = label.prefix(2).map { $0.loweredASCII }
        return start == Array("0x".utf8) && label.dropFirst(2).allSatisfy { $0.isHexadecimalDigit }
    }

    static func target(_ bytes: ArraySlice<UInt8>) throws(OutboundURLError) -> String {
        let withoutFragment = bytes.prefix { $0 != UInt8(ascii: "#") }
        var index = withoutFragment.startIndex
        while index < withoutFragment.endIndex {
            let byte = withoutFragment[index]
            if byte == UInt8(ascii: "%") {
                let digits = withoutFragment[(index + 1)...].prefix(2)
                guard digits.count == 2, digits.allSatisfy({ $0.isHexadecimalDigit }) else { throw .malformed }
            } else if !byte.isLetter, !byte.isDecimalDigit, !allowedInTarget.contains(byte) {
                throw .malformed
            }
            index += 1
        }
        let text = String(decoding: withoutFragment, as: UTF8.self)
        return withoutFragment.first == UInt8(ascii: "/") ? text : "/" + text
    }

    /// RFC 3986 `pchar`, `/` and `?`, besides letters, digits and `%`.
    private static let allowedInTarget = Set("-._~!$&'()*+,;=:@/?".utf8)
}

/// Percent-encoding of form fields: every byte that is not unreserved is escaped.
enum PercentEncoding {
    static func form(_ items: [(name: String, value: String)]) -> String {
        items.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    private static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isLetter || byte.isDecimalDigit || unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let unreserved = Set("-._~".utf8)
}

extension UInt8 {
    fileprivate static let hyphen = UInt8(ascii: "-")

    var loweredASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
