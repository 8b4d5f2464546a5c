import Cryptography
import NIOCore
import NIOSSL
public import Timestamp

/// What the listener shows of itself, and of whom it asks the same: all PEM, all already read.
public struct ServingCertificate: Sendable {
    /// From when to when callers accept it, both included (RFC 5280 section 4.1.2.5).
    public let validity: ClosedRange<Instant>

    let context: NIOSSLContext
    let asksForClientCertificates: Bool
    /// The same for the same material, and tells nothing of it.
    let fingerprint: [UInt8]

    /// - Parameters:
    ///   - certificateChain: the serving certificate first, then its intermediates.
    ///   - clientAuthorities: whoever signs the certificates of callers; absent, callers need none. A certificate that is
    ///     presented must then be valid, and paths that decide anything need one.
    /// - Throws: `ServingCertificateError` if any of them cannot be read, or the key is not the certificate's.
    public init(
        certificateChain: [UInt8], privateKey: [UInt8], clientAuthorities: [UInt8]? = nil
    ) throws(ServingCertificateError) {
        let chain = try ServingCertificate.certificates(certificateChain, what: "certificate")
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: privateKey, format: .pem)
        } catch {
            throw ServingCertificateError("the private key is not an unencrypted PEM key")
        }
        var configuration = ServingCertificate.configuration(chain, key)
        if let clientAuthorities {
            let authorities = try ServingCertificate.certificates(clientAuthorities, what: "client authority")
            configuration.trustRoots = .certificates(authorities)
            // Not demanded by TLS: a kubelet that probes has none. Who needs one is said for each path.
            configuration.certificateVerification = .optionalVerification
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ServingCertificateError("the private key is not that of the certificate")
        }
        validity = try ServingCertificate.validity(of: chain[0])
        asksForClientCertificates = clientAuthorities != nil
        fingerprint = SHA2.sha256(
            [certificateChain, privateKey, clientAuthorities ?? []].flatMap { SHA2.sha256($0) })
    }

    /// Why no caller would accept it at `now`; nil if they do.
    func problem(at now: Instant) -> String? {
        if now < validity.lowerBound { return "the serving certificate is valid from \(validity.lowerBound.rfc3339)" }
        if now > validity.upperBound { return "the serving certificate expired at \(validity.upperBound.rfc3339)" }
        return nil
    }

    private static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv13
        // Of TLS 1.2 only what 1.3 has too: forward secrecy and authenticated encryption. Every API server speaks these.
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        // HTTP/2 is not offered: nothing here would be faster by it, and much would be easier to exhaust.
        configuration.applicationProtocols = ["http/1.1"]
        // How long a goodbye may wait for its answer.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }

    private static func validity(of certificate: NIOSSLCertificate) throws(ServingCertificateError) -> ClosedRange<
        Instant
    > {
        let start = Instant(secondsSince1970: Int64(certificate.notValidBefore))
        let end = Instant(secondsSince1970: Int64(certificate.notValidAfter))
        guard start <= end else { throw ServingCertificateError("the certificate ends before it begins") }
        return start...end
    }

    private static func certificates(
        _ pem: [UInt8], what: String
    ) throws(ServingCertificateError) -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMBytes(pem)
        } catch {
            throw ServingCertificateError("the \(what) is not PEM")
        }
        guard !certificates.isEmpty else { throw ServingCertificateError("there is no \(what) in the PEM") }
        return certificates
    }
}

/// Why a listener cannot be served with this material.
public struct ServingCertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with which of the parts. Never a part of what they hold.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
