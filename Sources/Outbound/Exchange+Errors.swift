import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension Exchange {
    /// The libraries' errors in our words. Nothing of what the other side sent gets into them.
    func translate(
        _ error: any Error, in phase: OutboundError.Phase, within bound: TimeBound
    ) -> OutboundError {
        let host = hop.url.authority
        switch error {
        case is CancellationError: return .cancelled(host: host)
        case let error as HTTPClientError: return translate(error, in: phase, within: bound)
        case let error as NIOConnectionError: return .unreachable(host: host, detail: Self.reason(error))
        case let error as NIOSSLError: return Self.translate(error, host: host)
        case let error as BoringSSLError: return .tls(host: host, detail: Self.reason(error))
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: return Self.otherName(host)
        case is CertificateForAnotherName: return Self.otherName(host)
        case let error as CertificateWeakness: return .tls(host: host, detail: error.detail)
        case is NIOSSLExtraError: return .tls(host: host, detail: "the TLS handshake failed")
        case HTTPParserError.invalidEOFState: return .unreachable(host: host, detail: Self.closedEarly)
        case is HTTPParserError: return .protocolViolation(host: host, detail: "no well-formed HTTP/1.1 answer")
        case is UnvettedConnection:
            return .addressForbidden(host: host, detail: "it was not reached where it was vetted")
        case let error as IOError: return .unreachable(host: host, detail: Self.reason(error))
        case ChannelError.connectTimeout: return timedOut(.connection)
        default: return .unreachable(host: host, detail: "the connection broke")
        }
    }

    private func translate(
        _ error: HTTPClientError, in phase: OutboundError.Phase, within bound: TimeBound
    ) -> OutboundError {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: timedOut(.connection)
        case .tlsHandshakeTimeout: timedOut(.handshake)
        case .readTimeout: timedOut(phase)
        case .deadlineExceeded: bound.error(host: hop.url.authority)
        case .cancelled, .alreadyShutdown: .cancelled(host: hop.url.authority)
        case .httpProxyHandshakeTimeout: timedOut(.connection)
        case .invalidProxyResponse, .proxyAuthenticationRequired:
            .unreachable(host: hop.url.authority, detail: "it does not let us through")
        case .remoteConnectionClosed, .uncleanShutdown:
            .unreachable(host: hop.url.authority, detail: Self.closedEarly)
        default: .protocolViolation(host: hop.url.authority, detail: "no answer that HTTP/1.1 allows")
        }
    }

    private static func otherName(_ host: String) -> OutboundError {
        .tls(host: host, detail: "its certificate is for another name")
    }

    private func timedOut(_ phase: OutboundError.Phase) -> OutboundError {
        let after =
            switch phase {
            case .connection, .handshake: establishment
            case .firstByte, .body: limits.firstByte
            case .total: limits.total
            }
        return .timedOut(host: hop.url.authority, phase: phase, after: after)
    }

    private static func translate(_ error: NIOSSLError, host: String) -> OutboundError {
        switch error {
        case .handshakeFailed(let reason): .tls(host: host, detail: Self.reason(reason))
        case .uncleanShutdown:
            .unreachable(host: host, detail: Self.closedEarly)
        case .noCertificateToValidate, .unableToValidateCertificate:
            .tls(host: host, detail: "its certificate cannot be verified")
        default: .tls(host: host, detail: "the TLS handshake failed")
        }
    }

    private static let closedEarly = "it closed the connection before the answer was complete"

    /// BoringSSL's error stack names the file and line in its library; only the reasons that people can act on are told.
    private static func reason(_ error: BoringSSLError) -> String {
        let text = String(describing: error)
        let known: [(mark: String, words: String)] = [
            (
                "CERTIFICATE_VERIFY_FAILED",
                "its certificate has expired or is not from a certificate authority trusted here"
            ),
            ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
            ("PROTOCOL_VERSION", "it speaks no TLS newer than 1.1"),
            ("UNSUPPORTED_PROTOCOL", "it speaks no TLS newer than 1.1"),
            ("HANDSHAKE_FAILURE", "it and we have no TLS parameters in common"),
        ]
        return known.first { text.contains($0.mark) }?.words ?? "the TLS handshake failed"
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        let causes = error.connectionErrors.map(\.error)
        guard let cause = causes.last as? IOError else { return "no connection" }
        return reason(cause)
    }

    private static func reason(_ error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "it refuses connections"
        case EHOSTUNREACH, ENETUNREACH: "there is no route to it"
        case ETIMEDOUT: "it does not answer"
        case ECONNRESET, EPIPE: Self.closedEarly
        default: "the connection failed with error \(error.errnoCode)"
        }
    }
}
