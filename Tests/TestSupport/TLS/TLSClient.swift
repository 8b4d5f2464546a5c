public import Cryptography
import NIOCore
import NIOPosix
public import NIOSSL

/// What a client brings to a TLS connection; made once for many of them.
public struct TLSClient: Sendable {
    private let context: NIOSSLContext

    /// - Parameters:
    ///   - authority: PEM, the only one that is trusted.
    ///   - certificate: what the client shows of itself, if it is asked.
    public init(
        trusting authority: [UInt8], as certificate: IssuedCertificate? = nil,
        configure: (inout TLSConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let certificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate.certificatePEM)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(bytes: certificate.key.privateKeyPEM, format: .pem))
        }
        configure(&configuration)
        context = try NIOSSLContext(configuration: configuration)
    }

    /// - Parameters:
    ///   - serverName: what is asked for by SNI, and what the server's certificate must be for; nil asks for nothing.
    ///   - readsByItself: else nothing that the server says is ever read.
    public func connect(
        port: Int, serverName: String? = "localhost", readsByItself: Bool = true
    ) async throws -> TLSConnection {
        try await TLSConnection.open(port: port, readsByItself: readsByItself) {
            try NIOSSLClientHandler(context: context, serverHostname: serverName)
        }
    }
}
