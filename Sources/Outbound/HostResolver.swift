/// Says which addresses a name stands for. Whoever asks vets the answer and connects to exactly what it vetted, so a name
/// that answers otherwise the next moment gains nothing.
public protocol HostResolver: Sendable {
    /// The addresses in the order in which to try them; empty if there are none. Answers or throws by `deadline`.
    func addresses(of host: String, deadline: ContinuousClock.Instant) async throws(HostResolverError) -> [IPAddress]
}

/// Why there is no answer about a name.
public enum HostResolverError: Error, Hashable, Sendable {
    /// The name does not exist or the name service failed.
    case failed(String)
    /// No answer came by the deadline.
    case timedOut
    /// Too many lookups hang already.
    case overloaded
}
