public import Timestamp

/// A certificate authority that exists only in memory: it signs a few certificates for development and is then gone
/// with its key.
public struct CertificateIssuer: Sendable {
    /// The authority's own certificate, for those who are to trust what it issues.
    public let certificatePEM: [UInt8]
    let certificate: CertificateHandle
    let key: PrivateKey

    /// Makes a new authority with a self-signed certificate that may sign certificates and nothing else
    /// (RFC 5280 sections 4.2.1.3 and 4.2.1.9).
    ///
    /// Throws `CertificateError` if `name` is empty or longer than 64 characters, or the time cannot be written.
    public static func create(
        name: String, algorithm: KeyAlgorithm = .ecdsaP256, from start: Instant, for lifetime: Duration
    ) throws(CertificateError) -> CertificateIssuer {
        let key = try PrivateKey.generated(algorithm)
        let template = CertificateTemplate(
            commonName: name, start: start, lifetime: lifetime, key: key.publicKey, extensions: .authority)
        let certificate = try template.signed(by: key, issuer: nil)
        return CertificateIssuer(certificatePEM: try certificate.pem, certificate: certificate, key: key)
    }

    /// Issues a certificate for a new key.
    ///
    /// Throws `CertificateError` if there is no name, a name is neither a DNS name nor an IP address, or the time cannot be
    /// written.
    public func issue(
        _ purpose: CertificatePurpose, algorithm: KeyAlgorithm = .ecdsaP256, from start: Instant, for lifetime: Duration
    ) throws(CertificateError) -> IssuedCertificate {
        let commonName: String
        let extensions: CertificateExtensions
        switch purpose {
        case .server(let texts):
            let names = try SubjectAlternativeName.parse(texts)
            (commonName, extensions) = (names.first?.commonName ?? "", .server(names))
        case .client(let name):
            (commonName, extensions) = (name, .client)
        }
        let key = try PrivateKey.generated(algorithm)
        let template = CertificateTemplate(
            commonName: commonName, start: start, lifetime: lifetime, key: key.publicKey, extensions: extensions)
        let certificate = try template.signed(by: self.key, issuer: self.certificate)
        return IssuedCertificate(certificatePEM: try certificate.pem, key: key)
    }
}

/// What a certificate is good for.
public enum CertificatePurpose: Hashable, Sendable {
    /// A server under these DNS names and IP addresses; at least one.
    case server(names: [String])
    /// A client, by the name that the server will know it by.
    case client(name: String)
}

/// A certificate and the only copy of its key.
public struct IssuedCertificate: Sendable {
    public let certificatePEM: [UInt8]
    public let key: PrivateKey
}

/// Why no certificate was issued.
public enum CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    case noNames
    case invalidName(String)
    case invalidValidity
    case library(OpenSSLError)

    public var description: String {
        switch self {
        case .noNames: "a server certificate needs at least one DNS name or IP address"
        case .invalidName(let name):
            "`\(name)` is neither a DNS name nor an IP address, or as a common name empty or longer than 64 characters"
        case .invalidValidity: "the lifetime is not positive or ends after the year 9999"
        case .library(let error): error.description
        }
    }
}

extension PrivateKey {
    fileprivate static func generated(_ algorithm: KeyAlgorithm) throws(CertificateError) -> PrivateKey {
        do { return try generate(algorithm) } catch { throw .library(error) }
    }
}
