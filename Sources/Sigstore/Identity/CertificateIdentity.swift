/// Who a certificate says that its holder is.
public struct CertificateIdentity: Hashable, Sendable {
    /// Who knows the holder: an OpenID provider's URL, or the name of an organisation's own root.
    public let issuer: String
    /// What the issuer calls the holder: a mail address, a URI or a user name, of an organisation's own authority a host
    /// name too; the one name of the certificate.
    public let subject: String
    /// What else it says; only what the certificate has.
    public let extensions: [FulcioExtension: String]

    init(issuer: String, subject: String, extensions: [FulcioExtension: String]) {
        (self.issuer, self.subject, self.extensions) = (issuer, subject, extensions)
    }

    // `String ==` is canonical equivalence; identities are compared as bytes.
    public static func == (left: CertificateIdentity, right: CertificateIdentity) -> Bool {
        left.issuer.isSpelled(right.issuer) && left.subject.isSpelled(right.subject)
            && left.extensions.count == right.extensions.count
            && left.extensions.allSatisfy { right.extensions[$0]?.isSpelled($1) ?? false }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in issuer.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0))
        for byte in subject.utf8 { hasher.combine(byte) }
    }
}
