/// Why an exchange gave no answer. The texts name the host and what happened; they never hold a secret, a query or a part
/// of what the other side sent.
public enum OutboundError: Error, Hashable, Sendable {
    /// No connection, no name, or a connection that broke.
    case unreachable(host: String, detail: String)
    /// The handshake failed, or the certificate is not one for this host.
    case tls(host: String, detail: String)
    case timedOut(host: String, phase: Phase, after: Duration)
    /// The caller's own deadline, which is shorter than our bounds.
    case deadlineExceeded(host: String)
    /// The name stands for addresses that it may not stand for.
    case addressForbidden(host: String, detail: String)
    /// Behind a proxy, a host without a rule.
    case unlistedBehindProxy(host: String)
    /// Plain HTTP to a host that is not listed for it.
    case insecureForbidden(host: String)
    case redirectForbidden(host: String, detail: String)
    /// The body has more than `limit` bytes.
    case tooLarge(host: String, limit: Int)
    /// The answer is not HTTP as RFC 9112 has it, or uses what was not offered.
    case protocolViolation(host: String, detail: String)
    /// Too many requests wait for this host already.
    case overloaded(host: String)
    /// The host failed so often in a row that it is not asked for a while: zero if another request is finding out.
    case circuitOpen(host: String, failures: Int, remaining: Duration)
    /// The host was asked as often as it may be; the next request fits after `wait`.
    case budgetSpent(host: String, perMinute: Int, wait: Duration)
    /// The task was cancelled, or the client shut down.
    case cancelled(host: String)

    /// What was waited for when a bound of `OutboundLimits` was reached; its raw value is the word for it in messages.
    public enum Phase: String, Hashable, Sendable {
        /// The TCP connection.
        case connection = "connection"
        /// The TLS handshake.
        case handshake = "TLS handshake"
        /// The answer's beginning, after the request was written.
        case firstByte = "first byte"
        /// More of a body that has begun.
        case body = "next byte"
        /// The end of the whole answer, redirects included.
        case total = "whole answer"
    }
}

extension OutboundError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable(let host, let detail): "`\(host)` cannot be reached: \(detail)"
        case .tls(let host, let detail): "no trusted connection to `\(host)`: \(detail)"
        case .timedOut(let host, let phase, let bound):
            "`\(host)` took longer than \(bound.inSeconds) for the \(phase.rawValue)"
        case .deadlineExceeded(let host): "`\(host)` had not answered when the time for this decision was over"
        case .addressForbidden(let host, let detail): "`\(host)` is not asked: \(detail)"
        case .unlistedBehindProxy(let host):
            "`\(host)` is not asked: it is not listed, and behind a proxy nobody sees what its name stands for"
        case .insecureForbidden(let host): "`\(host)` is not asked: it is not listed for plain HTTP"
        case .redirectForbidden(let host, let detail): "`\(host)` redirects to where we do not follow: \(detail)"
        case .tooLarge(let host, let limit): "`\(host)` sends more than \(limit) bytes"
        case .protocolViolation(let host, let detail): "`\(host)` answers wrongly: \(detail)"
        case .overloaded(let host): "too many requests wait for `\(host)` already"
        case .circuitOpen(let host, let failures, let remaining):
            "`\(host)` is not asked, since its last \(failures) requests failed; it is tried again "
                + (remaining > .zero ? "in \(remaining.inWholeSeconds) s" : "at this moment")
        case .budgetSpent(let host, let perMinute, let wait):
            "`\(host)` is asked no more than \(perMinute) times a minute; the next time in \(wait.inWholeSeconds) s"
        case .cancelled(let host): "the request to `\(host)` was given up"
        }
    }
}

extension Duration {
    /// Rounded up.
    fileprivate var inWholeSeconds: Int64 {
        let (seconds, attoseconds) = components
        return attoseconds > 0 ? seconds + 1 : seconds
    }

    fileprivate var inSeconds: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return milliseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + milliseconds) ms"
    }
}
