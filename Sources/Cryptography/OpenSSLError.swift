import COpenSSL

/// OpenSSL could not make something: a key, a signature, a certificate. Checking never throws it.
public struct OpenSSLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was to be done: `generate an RSA-3072 key`.
    public let task: String
    /// OpenSSL's own words, if it left any.
    public let reason: String?

    /// Takes the first reason from this thread's queue and empties the queue.
    init(cannot task: String) {
        self.task = task
        let code = ERR_get_error()
        reason = code == 0 ? nil : ERR_reason_error_string(code).map { String(cString: $0) }
        ERR_clear_error()
    }

    init(cannot task: String, reason: String) {
        self.task = task
        self.reason = reason
    }

    public var description: String {
        "cannot \(task)" + (reason.map { ": \($0)" } ?? "")
    }
}
