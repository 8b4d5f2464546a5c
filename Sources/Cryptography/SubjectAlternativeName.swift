import COpenSSL

/// A name of a server (RFC 5280 section 4.2.1.6), checked: it holds no character that has a meaning in OpenSSL's
/// textual form of extensions.
enum SubjectAlternativeName {
    case dns(String)
    case ip(String)

    /// Throws `noNames` or the first `invalidName`.
    static func parse(_ texts: [String]) throws(CertificateError) -> [SubjectAlternativeName] {
        guard !texts.isEmpty else { throw .noNames }
        var names: [SubjectAlternativeName] = []
        for text in texts {
            guard let name = SubjectAlternativeName(text) else { throw .invalidName(text) }
            names.append(name)
        }
        return names
    }

    private init?(_ text: String) {
        if let address = a2i_IPADDRESS(text) {
            ASN1_OCTET_STRING_free(address)
            self = .ip(text)
        } else if SubjectAlternativeName.isDNSName(text) {
            self = .dns(text)
        } else {
            return nil
        }
        ERR_clear_error()
    }

    /// The textual form that OpenSSL reads.
    var configuration: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .ip(let address): "IP:\(address)"
        }
    }

    /// The name for people, cut to what a common name may hold; servers are recognised by the alternative name only.
    var commonName: String {
        switch self {
        case .dns(let name), .ip(let name): String(name.prefix(64))
        }
    }

    /// Labels of RFC 1123 section 2.1, of which the first may be `*`.
    private static func isDNSName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let checked =
            labels.first?.elementsEqual("*".utf8) == true && labels.count > 1 ? labels.dropFirst() : labels[...]
        return checked.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == hyphen
            }
    }
}
