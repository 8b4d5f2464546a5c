import Synchronization

/// Stops asking a host that fails again and again: a refusal then costs no time, and the host is left to recover.
///
/// So many failures in a row open a host's circuit, and nothing is asked of it for a pause. After that one request is let
/// through to find out: an answer closes the circuit, a failure opens it for twice as long. Hosts know nothing of each
/// other.
final class CircuitBreakers: Sendable {
    /// What became of a request, as far as the host's health is concerned.
    enum Outcome: Sendable {
        /// The host answered, whatever it said about the question.
        case answered
        case failed
        /// Given up before anything was known, or refused by us.
        case unknown
    }

    /// Leave to ask. What became of it must be told with `record`.
    struct Pass: Sendable {
        fileprivate let host: String
        fileprivate let isProbe: Bool
    }

    enum Admission: Sendable {
        case admitted(Pass)
        /// After so many failures in a row, for so long; zero while somebody finds out.
        case open(failures: Int, remaining: Duration)
    }

    private struct Circuit {
        var failures = 0
        var pause: Duration
        /// Nil until it opens.
        var reopening: ContinuousClock.Instant?
        var isProbing = false
        var lastFailure: ContinuousClock.Instant
    }

    private let circuits = Mutex<[String: Circuit]>([:])
    private let threshold: Int
    private let pause: Duration
    private let longestPause: Duration

    /// Hosts that fail are kept in mind; their names come from strangers, so of more than this the oldest is forgotten.
    private static let capacity = 1024

    init(threshold: Int, pause: Duration, longestPause: Duration) {
        self.threshold = max(1, threshold)
        self.pause = pause
        self.longestPause = max(pause, longestPause)
    }

    func admit(_ host: String, at now: ContinuousClock.Instant) -> Admission {
        circuits.withLock { circuits in
            guard var circuit = circuits[host], let reopening = circuit.reopening else {
                return .admitted(Pass(host: host, isProbe: false))
            }
            guard now >= reopening, !circuit.isProbing else {
                return .open(failures: circuit.failures, remaining: max(.zero, reopening - now))
            }
            circuit.isProbing = true
            circuits[host] = circuit
            return .admitted(Pass(host: host, isProbe: true))
        }
    }

    func record(_ outcome: Outcome, of pass: Pass, at now: ContinuousClock.Instant) {
        circuits.withLock { circuits in
            var circuit = circuits[pass.host] ?? Circuit(pause: pause, lastFailure: now)
            if pass.isProbe { circuit.isProbing = false }
            switch outcome {
            case .answered:
                circuits[pass.host] = nil
            case .unknown:
                if circuit.failures > 0 { circuits[pass.host] = circuit }
            case .failed:
                circuit.failures = min(circuit.failures + 1, Int.max - 1)
                circuit.lastFailure = now
                open(&circuit, isProbe: pass.isProbe, at: now)
                circuits[pass.host] = circuit
                guard circuits.count > CircuitBreakers.capacity else { return }
                if let oldest = circuits.min(by: { $0.value.lastFailure < $1.value.lastFailure }) {
                    circuits[oldest.key] = nil
                }
            }
        }
    }

    /// Requests that were under way when the circuit opened do not make its pause longer.
    private func open(_ circuit: inout Circuit, isProbe: Bool, at now: ContinuousClock.Instant) {
        if circuit.reopening == nil {
            guard circuit.failures >= threshold else { return }
        } else {
            guard isProbe else { return }
            circuit.pause = min(circuit.pause * 2, longestPause)
        }
        circuit.reopening = now + circuit.pause
    }
}

extension OutboundError {
    /// Whether it says that the host is unwell. What a caller had no time for, or what we refused, says nothing.
    var circuitOutcome: CircuitBreakers.Outcome {
        switch self {
        case .unreachable, .timedOut: .failed
        case .tooLarge, .redirectForbidden: .answered
        case .tls, .deadlineExceeded, .addressForbidden, .unlistedBehindProxy, .insecureForbidden, .protocolViolation,
            .overloaded,
            .circuitOpen, .budgetSpent, .cancelled:
            .unknown
        }
    }
}
