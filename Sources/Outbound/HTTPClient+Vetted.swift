import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

extension HTTPClient {
    /// A client that speaks with one host at one address, or through a proxy at one address. None of AsyncHTTPClient's
    /// own conveniences (redirects, decompression, HTTP/2, tracing, connection retries) is in it.
    static func vetted(
        _ key: ConnectionPools.Key, rule: HostRule, limits: OutboundLimits, group: any EventLoopGroup
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: .verifying(rule),
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(limits.establishment(key)), read: TimeAmount(limits.firstByte)),
            connectionPool: .init(
                idleTimeout: TimeAmount(limits.idleConnection),
                concurrentHTTP1ConnectionsPerHostSoftLimit: limits.exchangesPerHost),
            decompression: .disabled)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.tracing.tracer = nil
        if let port = key.proxyPort {
            configuration.proxy = .server(host: key.address.description, port: port)
        } else {
            configuration.dnsOverride = [key.host: key.address.description]
        }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // Called before the first request is written.
            channel.eventLoop.makeCompletedFuture { try channel.check(key) }
                .flatMapErrorThrowing { error in
                    channel.close(promise: nil)
                    throw error
                }
        }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }
}

extension Channel {
    /// Whether the connection is what it was meant to be: to the vetted address, and to a server that has the host's name in
    /// a certificate of some strength.
    fileprivate func check(_ key: ConnectionPools.Key) throws {
        // The DNS override, or the proxy's address, makes this true. It is checked all the same: a connection to anywhere else would undo every
        // address rule without a sign.
        guard remoteAddress.flatMap(IPAddress.init) == key.address else { throw UnvettedConnection() }
        guard key.scheme == .https else { return }
        let certificate = try pipeline.syncOperations.nioSSL_peerCertificate()
        try certificate?.checkStrength()
        guard IPAddress(canonical: key.host) == nil else { return }
        guard certificate?.names(key.host) == true else { throw CertificateForAnotherName() }
    }
}

/// A connection was made to another address than the vetted one.
struct UnvettedConnection: Error {}

extension OutboundLimits {
    /// AsyncHTTPClient has one timer for the TCP connection and the TLS handshake. Its error says which of them was on.
    func establishment(_ key: ConnectionPools.Key) -> Duration {
        key.scheme == .http || key.hasSuccessor ? connect : connect + handshake
    }
}

extension TLSConfiguration {
    /// The operator's authorities stand in for the system's: who runs a registry of their own with an authority of their
    /// own need not believe every public one to speak for it.
    static func verifying(_ rule: HostRule) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.trustRoots =
            rule.certificateAuthorities.isEmpty ? .default : .certificates(rule.certificateAuthorities)
        if let client = rule.clientCertificate {
            configuration.certificateChain = client.chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(client.key)
        }
        return configuration
    }
}
