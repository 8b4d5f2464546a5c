/// The grammar of distribution/reference, regexp.go, over bytes. Each function says whether all of its argument has
/// the form; none of them backtracks.
public enum ReferenceGrammar {
    /// RepositoryNameTotalLengthMax of distribution/reference: it counts the path, not the domain.
    static let longestPath = 255
    /// RFC 1035 section 2.3.4: no host has a longer name.
    static let longestHost = 253
    static let longestTag = 128

    /// `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`
    public static func isTag(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, text.count <= longestTag else { return false }
        return (first.isASCIILetterOrDigit || first == UInt8(ascii: "_"))
            && text.allSatisfy { byte in
                byte.isASCIILetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, of any length.
    public static func isPathComponent(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        var separator: UInt8?
        var separatorLength = 0
        for byte in text {
            if isAlphanumeric(byte) {
                separator = nil
                continue
            }
            guard byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") else {
                return false
            }
            separatorLength = separator == nil ? 1 : separatorLength + 1
            guard separator == nil || separator == byte else { return false }
            guard byte != UInt8(ascii: ".") || separatorLength == 1 else { return false }
            guard byte != UInt8(ascii: "_") || separatorLength <= 2 else { return false }
            separator = byte
        }
        return true
    }

    /// A host name, an IPv4 address or an IPv6 address in brackets, each with or without a port. A zone is refused: it
    /// names an interface of one machine.
    static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        let (host, port) = splitPort(text)
        if let port, port.isEmpty || !port.allSatisfy(\.isASCIIDigit) { return false }
        return host.count <= longestHost && (isBracketedAddress(host) || isHostName(host))
    }

    /// The text before and after the colon of a port; there is no port if the only colons are within brackets.
    static func splitPort(_ domain: ArraySlice<UInt8>) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        guard let colon = domain.lastIndex(of: UInt8(ascii: ":")) else { return (domain, nil) }
        let rest = domain[(colon + 1)...]
        guard !rest.contains(UInt8(ascii: "]")) else { return (domain, nil) }
        return (domain[..<colon], rest)
    }

    /// `[` hexadecimal digits and colons `]`, as loose as distribution/reference has it.
    private static func isBracketedAddress(_ host: ArraySlice<UInt8>) -> Bool {
        guard host.count > 2, host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") else { return false }
        return host.dropFirst().dropLast().allSatisfy { byte in
            byte == UInt8(ascii: ":") || byte.isASCIIDigit
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte.lowerCasedASCII)
        }
    }

    /// Labels of letters, digits and inner hyphens, separated by single dots.
    private static func isHostName(_ host: ArraySlice<UInt8>) -> Bool {
        host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return first.isASCIILetterOrDigit && last.isASCIILetterOrDigit
                && label.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte.isASCIIDigit || byte.isASCIILowerCase }
}
