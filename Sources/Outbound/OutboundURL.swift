/// An `http` or `https` address in one spelling, so that what is vetted and what is connected to cannot differ.
///
/// Stricter than RFC 3986: no user information, no fragment, no character that would need escaping, a host in ASCII
/// lower case that is a DNS name, a canonical dotted quad or a bracketed IPv6 address without zone.
public struct OutboundURL: Hashable, Sendable {
    /// There are no others: `OutboundURLError.schemeUnsupported`.
    public enum Scheme: String, Sendable {
        case http, https

        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    /// Whether it is asked over TLS.
    public let scheme: Scheme
    /// The name or address, without port and without brackets.
    public let host: String
    /// From 1 to 65535; the scheme's own if the text names none.
    public let port: Int
    /// Path and query, beginning with `/`.
    public let target: String

    /// Longer addresses occur only in presigned redirects, which stay below 4 KiB.
    public static let maximumBytes = 8 * 1024

    /// `domain` is `host` or `host:port`, `target` begins with `/`.
    public init(scheme: Scheme, domain: String, target: String) throws(OutboundURLError) {
        try self.init(parsing: scheme.rawValue + "://" + domain + target)
    }

    /// Reads a whole address. Refuses what could be read in two ways, with the error that names it.
    public init(parsing text: String) throws(OutboundURLError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= OutboundURL.maximumBytes else { throw .tooLong }
        let (scheme, rest) = try OutboundURL.scheme(of: bytes)
        let endOfAuthority = rest.firstIndex { $0 == .slash || $0 == .question || $0 == .hash } ?? rest.endIndex
        let (host, port) = try OutboundURL.authority(rest[..<endOfAuthority])
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        self.target = try OutboundURL.target(rest[endOfAuthority...])
    }

    /// What an answer's `Location` means here: an address of its own, or a path on the same host. Other relative forms are
    /// refused; no registry needs them.
    public func resolving(location: String) throws(OutboundURLError) -> OutboundURL {
        guard location.utf8.first == .slash else { return try OutboundURL(parsing: location) }
        guard location.utf8.dropFirst().first != .slash else { throw .malformed }
        return try OutboundURL(parsing: origin + location)
    }

    /// The same place with `items` added to the query, names and values percent-encoded.
    public func adding(query items: [(name: String, value: String)]) throws(OutboundURLError) -> OutboundURL {
        guard !items.isEmpty else { return self }
        let separator = target.utf8.contains(.question) ? "&" : "?"
        return try OutboundURL(parsing: origin + target + separator + PercentEncoding.form(items))
    }

    /// Host and port as a configuration names them: without the port that the scheme implies.
    public var authority: String {
        port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)"
    }

    /// Host and port, also the port that the scheme implies: under this rules and slots are kept, since `registry.local`
    /// is another place over HTTP than over HTTPS.
    var endpoint: String { "\(bracketedHost):\(port)" }

    /// Whether an entry of a configuration means this host: `host`, or `host:port` also where the scheme implies the port.
    public func isMeant(by entry: String) -> Bool {
        entry.utf8.elementsEqual(authority.utf8) || entry.utf8.elementsEqual(endpoint.utf8)
    }

    /// The address that the host is, if it is no name.
    public var literalAddress: IPAddress? { IPAddress(canonical: host) }

    var origin: String { "\(scheme.rawValue)://\(authority)" }
    var text: String { origin + target }

    private var bracketedHost: String { host.utf8.contains(.colon) ? "[\(host)]" : host }
}

extension OutboundURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// For people: without the query, which is where presigned addresses carry their secret.
    public var description: String {
        guard let question = target.utf8.firstIndex(of: .question) else { return text }
        return origin + target[..<question] + "?…"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["redacted": description]) }
}

/// Why a text is no address that we would ask.
public enum OutboundURLError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLong
    case malformed
    case schemeUnsupported
    case userInformation
    case hostMalformed
    case hostNumeric
    case portMalformed

    public var description: String {
        switch self {
        case .tooLong: "is longer than \(OutboundURL.maximumBytes) bytes"
        case .malformed: "holds characters that an address cannot hold"
        case .schemeUnsupported: "is neither `https` nor `http`"
        case .userInformation: "holds a user name or password"
        case .hostMalformed: "has a host that is no name and no address"
        case .hostNumeric: "has a host that is a number, but no IPv4 address of four decimal numbers"
        case .portMalformed: "has a port that is not between 1 and 65535"
        }
    }
}

extension UInt8 {
    fileprivate static let slash = UInt8(ascii: "/")
    fileprivate static let question = UInt8(ascii: "?")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let colon = UInt8(ascii: ":")
}
