/// Every bound on what goes out, with its reason. A test lowers them; production takes them as they are.
public struct OutboundLimits: Sendable {
    /// A TCP connection to one address. A distant registry answers within half a second; a dead address must leave time
    /// for the next one, so an address that has a successor is given only this for TCP and TLS together.
    public var connect = Duration.seconds(2)
    /// The TLS handshake, on top of `connect`.
    public var handshake = Duration.seconds(3)
    /// From the request to the first byte of the answer, and between any two bytes of it.
    public var firstByte = Duration.seconds(3)
    /// The whole exchange for one object, name lookup, redirects and body included. The admission webhook is given 10 s in
    /// all, and an image needs two or three objects one after the other.
    public var total = Duration.seconds(5)
    /// How many addresses of a name are tried: a name with thousands of answers is not an invitation to try them all.
    public var addresses = 8
    /// How often an answer may send us elsewhere.
    public var redirects = 3
    /// Fields in an answer's header. Large registries behind content networks send about thirty.
    public var headerFields = 128
    /// Names and values of an answer's header together. Below the parser's own 80 KiB, which bounds the memory.
    public var headerBytes = 32 * 1024
    /// Requests to one host at the same time; more wait. Eight connections saturate a registry's patience before ours.
    public var exchangesPerHost = 8
    /// Requests that may wait for one host; more are refused at once, because they would only wait for their deadline.
    public var waitingPerHost = 256
    /// Requests to one host a minute, unless its rule says otherwise. Three for each of two thousand images that a cluster
    /// starts anew; less than what public registries lock out for at once.
    public var requestsPerMinute = 6000
    /// Failures in a row after which a host is not asked for a while. One question is repeated twice, so one question
    /// alone never opens the circuit.
    public var failuresToOpenCircuit = 5
    /// How long it is not asked at first. A registry that restarts takes some seconds.
    public var circuitPause = Duration.seconds(5)
    /// The pause doubles with each failed try, up to this: so late at most is it seen that a registry is well again.
    public var longestCircuitPause = Duration.seconds(30)
    /// Pools of open connections, one for each host and address. The least recently used one is closed.
    public var connectionPools = 64
    /// How long an unused connection is kept: shorter than the idle time-outs of the usual load balancers (60 s).
    public var idleConnection = Duration.seconds(30)

    /// The bounds of a gate.
    public init() {}
}
