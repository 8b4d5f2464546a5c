/// The certificates that came with a token, read no sooner than needed and once, however many authorities are asked: how much
/// work they make was the choice of whoever made the token.
struct TokenCertificates {
    private let token: TimestampToken
    /// Nil until it was looked for.
    private var found: Certificate??
    private var read: [Certificate]?

    init(_ token: TimestampToken) { self.token = token }

    /// The one that the token names as its signer's.
    var signer: Certificate? {
        mutating get {
            if let found { return found }
            let named = token.certificates.first { der in
                guard let layout = try? CertificateLayout(Array(der)) else { return false }
                return token.signer.names(layout)
            }
            let certificate = named.flatMap { try? Certificate(der: Array($0)) }
            found = .some(certificate)
            return certificate
        }
    }

    /// They only help: one that cannot be read is no reason to refuse a token that does without it.
    var all: [Certificate] {
        mutating get {
            if let read { return read }
            let certificates = token.certificates.compactMap { try? Certificate(der: Array($0)) }
            read = certificates
            return certificates
        }
    }
}
