import NIOSSL

/// What the operator allows for one host. A host without a rule is asked over TLS, with the system's certificate
/// authorities, at public addresses only, and may redirect nowhere but to itself.
public struct HostRule: Sendable {
    /// `host` or `host:port`, lower case, without the port if it is 443.
    public let authority: String
    /// The host may stand for private, loopback and link-local addresses; never for metadata services.
    public let privateAddressAllowed: Bool
    /// The host may be asked over plain HTTP.
    public let insecureHTTP: Bool
    /// Hosts, spelled like `authority`, to which answers of this one may redirect.
    public let redirectTo: [String]
    /// How often the host may be asked; nil is `OutboundLimits.requestsPerMinute`.
    public let requestsPerMinute: Int?
    /// The only certificate authorities that are believed for this host, and for no other; the system's if there are none.
    let certificateAuthorities: [NIOSSLCertificate]
    /// Who we are to this host, if it asks.
    let clientCertificate: ClientCertificate?

    /// - Parameters:
    ///   - certificateAuthorities: PEM; at least one certificate.
    ///   - clientCertificate: PEM: a chain that begins with our certificate, and its key without a passphrase.
    public init(
        authority: String, privateAddressAllowed: Bool = false, insecureHTTP: Bool = false, redirectTo: [String] = [],
        requestsPerMinute: Int? = nil, certificateAuthorities pem: [UInt8]? = nil,
        clientCertificate: (chain: [UInt8], key: [UInt8])? = nil
    ) throws(HostRuleError) {
        self.authority = HostRule.normalised(authority)
        self.privateAddressAllowed = privateAddressAllowed
        self.insecureHTTP = insecureHTTP
        self.redirectTo = redirectTo.map(HostRule.normalised)
        self.requestsPerMinute = requestsPerMinute
        certificateAuthorities = try HostRule.certificates(pem, authority: authority)
        self.clientCertificate = try clientCertificate.map { chain, key throws(HostRuleError) in
            try ClientCertificate(chain: chain, key: key, authority: authority)
        }
    }

    /// `host:port`: what the rule is about, first of all its own port or 443.
    var endpoint: String { HostRule.namesPort(authority) ? authority : authority + ":443" }

    /// Who says nothing about the port and allows plain HTTP means its default port, too.
    var insecureEndpoint: String? { insecureHTTP && !HostRule.namesPort(authority) ? authority + ":80" : nil }

    /// An entry without a port means the one that the scheme implies.
    func allowsRedirect(to url: OutboundURL) -> Bool { redirectTo.contains(where: url.isMeant) }

    private static func namesPort(_ authority: String) -> Bool {
        guard let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":")) else { return false }
        return !authority.utf8[colon...].contains(UInt8(ascii: "]"))
    }

    private static func normalised(_ authority: String) -> String {
        let lowered = authority.lowercased()
        return lowered.hasSuffix(":443") ? String(lowered.dropLast(":443".count)) : lowered
    }

    private static func certificates(
        _ pem: [UInt8]?, authority: String
    ) throws(HostRuleError) -> [NIOSSLCertificate] {
        guard let pem else { return [] }
        let certificates = try? NIOSSLCertificate.fromPEMBytes(pem)
        guard let certificates, !certificates.isEmpty else { throw .certificatesUnreadable(authority: authority) }
        return certificates
    }

    private init(strict authority: String) {
        self.authority = authority
        privateAddressAllowed = false
        insecureHTTP = false
        redirectTo = []
        requestsPerMinute = nil
        certificateAuthorities = []
        clientCertificate = nil
    }

    /// For a host that nobody listed.
    static func strict(_ authority: String) -> HostRule { HostRule(strict: authority) }
}

/// What we show to a host that asks who we are.
struct ClientCertificate: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    init(chain: [UInt8], key: [UInt8], authority: String) throws(HostRuleError) {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(chain), !chain.isEmpty,
            let key = try? NIOSSLPrivateKey(bytes: key, format: .pem)
        else { throw .clientCertificateUnreadable(authority: authority) }
        self.chain = chain
        self.key = key
    }
}

/// Why a rule cannot be made.
public enum HostRuleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was given as certificate authorities for `authority` is not PEM, or holds no certificate.
    case certificatesUnreadable(authority: String)
    /// What was given as our certificate for `authority` or as its key is not PEM, or the key has a passphrase.
    case clientCertificateUnreadable(authority: String)

    public var description: String {
        switch self {
        case .certificatesUnreadable(let authority):
            "the certificate authorities for `\(authority)` hold no readable PEM certificate"
        case .clientCertificateUnreadable(let authority):
            "the client certificate for `\(authority)`, or its key, is no readable PEM"
        }
    }
}
