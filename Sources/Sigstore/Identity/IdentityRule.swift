/// Who has to have signed: an issuer of identities, what it calls the signer, and what else the certificate says. All of it
/// has to hold for the same certificate.
public struct IdentityRule: Hashable, Sendable {
    /// Nil if it is the authority alone that knows the signer, as an organisation's own does.
    public let issuer: TextPattern?
    /// Any of them; never empty.
    public let subjects: [TextPattern]
    public let extensions: [FulcioExtension: [TextPattern]]

    /// - Parameter extensions: each has to be there and to match.
    public init(issuer: TextPattern?, subject: TextPattern, extensions: [FulcioExtension: TextPattern] = [:]) {
        self.init(issuer: issuer, subjects: [subject], extensions: extensions.mapValues { [$0] })
    }

    /// Several patterns of one text: any of them.
    init(issuer: TextPattern?, subjects: [TextPattern], extensions: [FulcioExtension: [TextPattern]]) {
        (self.issuer, self.subjects, self.extensions) = (issuer, subjects, extensions)
    }

    /// Nil if the certificate is of such a signer, else what is not as it has to be, the issuer first.
    func mismatch(of identity: CertificateIdentity) -> IdentityMismatch? {
        if let issuer, !issuer.matches(identity.issuer) {
            return IdentityMismatch(field: "issuer", found: identity.issuer, expected: [issuer])
        }
        guard subjects.contains(where: { $0.matches(identity.subject) }) else {
            return IdentityMismatch(field: "subject", found: identity.subject, expected: subjects)
        }
        // In the order of the names, so that the same certificate gives the same words.
        for name in FulcioExtension.allCases {
            guard let patterns = extensions[name] else { continue }
            let value = identity.extensions[name]
            guard let value, patterns.contains(where: { $0.matches(value) }) else {
                return IdentityMismatch(field: name.rawValue, found: value, expected: patterns)
            }
        }
        return nil
    }
}

/// What a certificate says that a rule does not want.
struct IdentityMismatch: Hashable, Sendable, CustomStringConvertible {
    let field: String
    /// Nil if the certificate has no such extension.
    let found: String?
    let expected: [TextPattern]

    var description: String {
        let wanted = expected.map { "`\($0.description.quoted)`" }.joined(separator: " or ")
        return "\(field) \(found.map { "`\($0.quoted)`" } ?? "is absent"), expected \(wanted)"
    }
}
