public import NIOCore

/// Every bound of the listener, each with its reason. What crosses one is answered and closed, never served slowly.
public struct ServerLimits: Sendable {
    /// Beyond this, connections are closed as they are accepted. An API server keeps a handful; thousands are an
    /// attack or a proxy without pooling, and each costs some 30 KiB.
    public var maximumConnections = 10_000
    /// Requests that are being decided at once; the next one gets a 503 with `Retry-After`, so that the API server
    /// applies its failure policy at once instead of waiting for us.
    public var maximumRequestsInFlight = 512
    /// An AdmissionReview holds up to two objects of at most 3 MiB each, and an envelope.
    public var maximumBodyBytes = 8 << 20
    /// Bodies held in memory at one time, over all connections: what keeps 512 large ones from being 4 GiB. Real reviews have
    /// some 10 KiB, so this is thousands of them, and four of the largest.
    public var maximumBufferedBytes = 32 << 20
    /// All names and values of one request's header fields. An API server sends some 300 bytes.
    public var maximumHeaderBytes = 16 << 10
    /// Header fields of one request. An API server sends fewer than ten.
    public var maximumHeaderFields = 64
    /// Message parts that a client sends ahead of an answer. Nobody we serve pipelines; this is patience, not a feature.
    public var maximumPipelinedParts = 64
    /// What is still read, and thrown away, after an answer that came before its request had ended: closing at once would
    /// reset the connection, and the client would lose the answer.
    public var maximumDiscardedBytes = 16 << 20

    /// From accept to the end of the TLS handshake.
    public var handshakeTime = TimeAmount.seconds(5)
    /// From the first bytes of a request to the end of its header.
    public var headerTime = TimeAmount.seconds(5)
    /// From the end of the header to the end of the body; a timeout of one whole body, not of one read.
    public var bodyTime = TimeAmount.seconds(10)
    /// Between two requests. API servers drop idle connections after 90 s. We wait a little longer: closing first would race
    /// with the next request on it, which is a POST that nobody repeats.
    public var idleTime = TimeAmount.seconds(95)
    /// For an endpoint that sets no deadline of its own.
    public var answerTime = TimeAmount.seconds(30)
    /// For a client that does not read its answer.
    public var writeTime = TimeAmount.seconds(10)
    /// How long `maximumDiscardedBytes` may take.
    public var discardTime = TimeAmount.seconds(2)
    /// During a shutdown: how long an idle connection may still bring the request that is already on its way.
    public var drainIdleTime = TimeAmount.seconds(1)

    /// The bounds of a gate; a test may lower one.
    public init() {}
}
