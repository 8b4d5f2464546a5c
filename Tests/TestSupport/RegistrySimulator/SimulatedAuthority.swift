import Cryptography
import Foundation
import NIOSSL
import Timestamp

/// A certificate authority for one test.
public struct SimulatedAuthority: Sendable {
    private let issuer: CertificateIssuer

    public init() throws {
        issuer = try CertificateIssuer.create(name: "Simulated", from: .aMomentAgo, for: .seconds(24 * 3600))
    }

    /// What a client must trust.
    public var certificatePEM: [UInt8] { issuer.certificatePEM }

    /// A certificate that is valid now for these names and addresses.
    public func certificate(for names: [String]) throws -> SimulatedCertificate {
        try certificate(for: names, from: .aMomentAgo)
    }

    /// A certificate whose validity is over.
    public func expiredCertificate(for names: [String]) throws -> SimulatedCertificate {
        try certificate(for: names, from: .aMomentAgo - .seconds(48 * 3600))
    }

    private func certificate(for names: [String], from start: Instant) throws -> SimulatedCertificate {
        let issued = try issuer.issue(.server(names: names), from: start, for: .seconds(3600))
        return try SimulatedCertificate(chainPEM: issued.certificatePEM, privateKeyPEM: issued.key.privateKeyPEM)
    }
}

/// What a server shows and speaks.
public struct SimulatedCertificate: Sendable {
    public let chainPEM: [UInt8]
    public let privateKeyPEM: [UInt8]
    /// Nothing newer than TLS 1.1.
    public var speaksOnlyOldTLS = false

    public init(chainPEM: [UInt8], privateKeyPEM: [UInt8]) {
        self.chainPEM = chainPEM
        self.privateKeyPEM = privateKeyPEM
    }

    func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(chainPEM).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(bytes: privateKeyPEM, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        if speaksOnlyOldTLS {
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = .tlsv11
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

extension Instant {
    /// Certificates are compared with this machine's clock.
    fileprivate static var aMomentAgo: Instant {
        Instant(secondsSince1970: Int64(Date().timeIntervalSince1970) - 60)
    }
}
