extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIIUpperCase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    var isASCIILowerCase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    var isASCIILetterOrDigit: Bool { isASCIIDigit || isASCIIUpperCase || isASCIILowerCase }
    var lowerCasedASCII: UInt8 { isASCIIUpperCase ? self + 32 : self }
}

extension Sequence<UInt8> {
    /// Upper-case ASCII letters become lower-case ones; no other byte changes, whatever the locale.
    var lowerCasedASCII: [UInt8] { map(\.lowerCasedASCII) }
}

extension String {
    /// Whether the two are the same bytes: `==` would take two normal forms of one letter for the same.
    public func isWritten(like other: String) -> Bool {
        let areEqual = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { other in
                guard own.count == other.count else { return false }
                // By index: to walk through both with iterators takes several branches for each byte.
                for index in own.indices where own[index] != other[index] { return false }
                return true
            }
        }
        return (areEqual ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    init(ascii bytes: some Sequence<UInt8>) {
        self.init(decoding: Array(bytes), as: UTF8.self)
    }

    /// No message needs more of a text to recognise it.
    private static let longestQuotation = 200

    /// Text from outside, made fit for a message: everything that is not printable ASCII appears as `\u{...}`, so that
    /// look-alikes, line breaks and direction marks show, and what is too long is cut.
    public init(quoting bytes: some Collection<UInt8>) {
        var quoted = ""
        for scalar in String(decoding: bytes.prefix(String.longestQuotation), as: UTF8.self).unicodeScalars {
            if (0x20...0x7E).contains(scalar.value), scalar != "`", scalar != "\\" {
                quoted.unicodeScalars.append(scalar)
            } else {
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        self = bytes.count > String.longestQuotation ? quoted + "..." : quoted
    }
}
