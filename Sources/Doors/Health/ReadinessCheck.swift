/// One thing that must hold before requests should be sent here: policies loaded, audit log healthy.
public struct ReadinessCheck: Sendable {
    /// A word for `/readyz?verbose`: `policies`, `audit-log`.
    public let name: String
    /// Why it does not hold, in a few words without a secret; nil while it holds. Called for every probe on an event loop:
    /// it looks at what is known and waits for nothing.
    public let problem: @Sendable () -> String?
    /// What else there is to say while it holds, for `/readyz?verbose`; nil for nothing. Called as `problem` is.
    public let remark: @Sendable () -> String?

    /// All three texts are shown to whoever asks `/readyz`, which needs no certificate.
    public init(
        _ name: String, remark: @escaping @Sendable () -> String? = { nil }, problem: @escaping @Sendable () -> String?
    ) {
        self.name = name
        self.remark = remark
        self.problem = problem
    }
}
