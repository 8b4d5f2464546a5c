import NIOSSL

extension NIOSSLCertificate {
    /// Whether the certificate names this host in its subject alternative names (RFC 9525 section 6.3).
    ///
    /// NIOSSL's own check, which comes before, also accepts a certificate that names only the address it is connected to,
    /// and the common name of one without alternative names. Public authorities issue certificates for addresses: whoever
    /// has one for his own and makes a registry's name stand for it would be that registry. So a name is accepted by name
    /// only. An address as host has no name, and NIOSSL's check of the address holds.
    func names(_ host: String) -> Bool {
        _subjectAlternativeNames().contains { name in
            name.nameType == .dnsName && NIOSSLCertificate.matches(Array(name.contents), host)
        }
    }

    /// A wildcard is the whole first label and stands for exactly one, with at least two labels after it.
    static func matches(_ presented: [UInt8], _ host: String) -> Bool {
        let presented = presented.map { $0.loweredASCII }
        guard presented.starts(with: "*.".utf8) else { return presented.elementsEqual(host.utf8) }
        let domain = presented.dropFirst(2)
        guard domain.contains(UInt8(ascii: ".")), let dot = host.utf8.firstIndex(of: UInt8(ascii: ".")) else {
            return false
        }
        return host.utf8[host.utf8.index(after: dot)...].elementsEqual(domain)
    }
}

/// The certificate does not name the host.
struct CertificateForAnotherName: Error {}
