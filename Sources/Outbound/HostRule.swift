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
    /// Certificate authorities believed for this host only, besides the system's.
    let certificateAuthorities: [NIOSSLCertificate]

    public init(
        authority: String, privateAddressAllowed: Bool = false, insecureHTTP: Bool = false, redirectTo: [String] = [],
        certificateAuthorities pem: [UInt8]? = nil
    ) throws(HostRuleError) {
        self.authority = HostRule.normalised(authority)
        self.privateAddressAllowed = privateAddressAllowed
        self.insecureHTTP = insecureHTTP
        self.redirectTo = redirectTo.map(HostRule.normalised)
        certificateAuthorities = try HostRule.certificates(pem, authority: authority)
    }

    func allowsRedirect(to authority: String) -> Bool {
        redirectTo.contains { $0.utf8.elementsEqual(authority.utf8) }
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
        certificateAuthorities = []
    }

    /// For a host that nobody listed.
    static func strict(_ authority: String) -> HostRule { HostRule(strict: authority) }
}

public enum HostRuleError: Error, Hashable, Sendable, CustomStringConvertible {
    case certificatesUnreadable(authority: String)

    public var description: String {
        switch self {
        case .certificatesUnreadable(let authority):
            "the certificate authorities for `\(authority)` hold no readable PEM certificate"
        }
    }
}
