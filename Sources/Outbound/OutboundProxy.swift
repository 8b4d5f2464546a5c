/// A proxy between us and the hosts that are asked over TLS: `CONNECT` (RFC 9110 section 9.3.6), so that TLS still ends
/// at the registry.
///
/// The proxy resolves names, so what a name stands for cannot be vetted here. Therefore only hosts that have a rule are
/// asked through it: their names were written by the operator, not by a stranger. Plain HTTP never goes through it, nor
/// does what is excluded, `localhost` or a loopback address; those are asked directly, under the usual address rules.
public struct OutboundProxy: Sendable {
    let host: String
    let port: Int
    private let exclusions: [Exclusion]

    /// `url` is `http://host:port` without path and without user: the connection to the proxy itself is plain.
    /// `exclusions` are hosts that are asked directly: `example.com` (and all below), `.example.com` (only below),
    /// either with a `:port`, addresses, ranges such as `10.0.0.0/8` for hosts that are named by their address, or `*`.
    public init(url text: String, excluding exclusions: [String] = []) throws(OutboundProxyError) {
        let url: OutboundURL
        do throws(OutboundURLError) {
            url = try OutboundURL(parsing: text)
        } catch {
            throw .addressMalformed(error)
        }
        guard url.scheme == .http else { throw .schemeUnsupported }
        guard url.target == "/" else { throw .hasPath }
        host = url.host
        port = url.port
        var read: [Exclusion] = []
        for exclusion in exclusions {
            guard let exclusion = Exclusion(parsing: exclusion.lowercased()) else {
                throw .exclusionMalformed(exclusion)
            }
            read.append(exclusion)
        }
        self.exclusions = read
    }

    /// What `HTTPS_PROXY` and `NO_PROXY` say, in either case; nil if there is none. `NO_PROXY` is a list with commas.
    public init?(environment: (String) -> String?) throws(OutboundProxyError) {
        func value(_ name: String) -> String? {
            let value = environment(name) ?? environment(name.lowercased())
            return value?.isEmpty == false ? value : nil
        }
        guard let url = value("HTTPS_PROXY") else { return nil }
        let exclusions = (value("NO_PROXY") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        try self.init(url: url.contains("://") ? url : "http://" + url, excluding: exclusions)
    }

    /// As messages name it.
    var authority: String { "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)" }

    func carries(_ url: OutboundURL) -> Bool {
        guard url.scheme == .https, !url.host.utf8.elementsEqual("localhost".utf8) else { return false }
        if let address = url.literalAddress, OutboundProxy.loopback.contains(where: { $0.contains(address) }) {
            return false
        }
        return !exclusions.contains { $0.covers(url) }
    }

    private static let loopback = [AddressRange("127.0.0.0", 8), AddressRange("::1", 128)].compactMap { $0 }
}

private enum Exclusion: Sendable {
    case everything
    case range(AddressRange)
    case address(IPAddress)
    /// `isDomainOnly`: not the name itself, only what is below it.
    case domain(String, isDomainOnly: Bool, port: Int?)

    /// Nil if it is none of these. `text` is in lower case.
    init?(parsing text: String) {
        if text.utf8.elementsEqual("*".utf8) {
            self = .everything
        } else if let address = IPAddress(canonical: text) {
            self = .address(address)
        } else if text.utf8.contains(UInt8(ascii: "/")) {
            guard let range = AddressRange(parsing: text) else { return nil }
            self = .range(range)
        } else {
            let isDomainOnly = text.utf8.first == UInt8(ascii: ".")
            let name = isDomainOnly ? String(text.dropFirst()) : text
            guard let url = try? OutboundURL(parsing: "http://\(name)"), url.target == "/" else { return nil }
            let namesPort = name.utf8.last.map { $0 != UInt8(ascii: "]") } == true && name.contains(":")
            if let address = url.literalAddress, !namesPort {
                self = .address(address)
            } else {
                self = .domain(url.host, isDomainOnly: isDomainOnly, port: namesPort ? url.port : nil)
            }
        }
    }

    func covers(_ url: OutboundURL) -> Bool {
        switch self {
        case .everything: return true
        case .range(let range): return url.literalAddress.map(range.contains) ?? false
        case .address(let address): return url.literalAddress == address
        case .domain(let name, let isDomainOnly, let port):
            guard port == nil || port == url.port else { return false }
            let isBelow = url.host.utf8.reversed().starts(with: ".\(name)".utf8.reversed())
            return isBelow || (!isDomainOnly && url.host.utf8.elementsEqual(name.utf8))
        }
    }
}

/// Why something is no proxy.
public enum OutboundProxyError: Error, Hashable, Sendable, CustomStringConvertible {
    case addressMalformed(OutboundURLError)
    case schemeUnsupported
    case hasPath
    case exclusionMalformed(String)

    public var description: String {
        switch self {
        case .addressMalformed(let error):
            "the proxy's address \(error), expected one such as `http://proxy.example.com:3128`"
        case .schemeUnsupported:
            "the proxy's address does not begin with `http://`: what goes through a proxy is encrypted for the registry,"
                + " and the connection to the proxy itself is plain"
        case .hasPath: "the proxy's address has a path or a query, expected only host and port"
        case .exclusionMalformed:
            "what is asked without the proxy is a host such as `registry.example.com` or `.example.com`, an address, a"
                + " range such as `10.0.0.0/8`, or `*`"
        }
    }
}
