import AsyncHTTPClient
import NIOCore
import Synchronization

/// Open connections, kept apart by host and by the address that was vetted for it.
///
/// AsyncHTTPClient looks names up itself unless its `dnsOverride` names an address, and that setting belongs to the whole
/// client. So each host and vetted address has a client of its own: a connection is reused only while the name still
/// stands for the address it was made to. The name stays in the request, hence in SNI, in `Host` and in what the
/// certificate is checked against.
final class ConnectionPools: Sendable {
    struct Key: Hashable, Sendable {
        let scheme: OutboundURL.Scheme
        let host: String
        let port: Int
        /// The host's own, or its proxy's.
        let address: IPAddress
        /// Nil if the host is connected to directly.
        let proxyPort: Int?
        /// More addresses wait their turn, so this one gets less time to connect.
        let hasSuccessor: Bool
    }

    fileprivate struct Pool {
        let client: HTTPClient
        var leases: Int
        var lastUse: UInt64
    }

    fileprivate struct State {
        var pools: [Key: Pool] = [:]
        /// Dropped from `pools` while in use: shut down when the last lease ends.
        var retired: [ObjectIdentifier: (client: HTTPClient, leases: Int)] = [:]
        var uses: UInt64 = 0
        var isShutDown = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    deinit {
        let clients = state.withLock { $0.drain() }
        for client in clients { ConnectionPools.close(client) }
    }

    /// Nil after `shutdown`. A client that was leased must be given back with `release`.
    func lease(_ key: Key, make: () -> HTTPClient) -> HTTPClient? {
        let (leased, idle) = state.withLock { state -> (HTTPClient?, [HTTPClient]) in
            guard !state.isShutDown else { return (nil, []) }
            state.uses += 1
            var pool = state.pools[key] ?? Pool(client: make(), leases: 0, lastUse: 0)
            pool.leases += 1
            pool.lastUse = state.uses
            state.pools[key] = pool
            return (pool.client, state.evict(downTo: capacity))
        }
        for client in idle { ConnectionPools.close(client) }
        return leased
    }

    func release(_ key: Key, _ client: HTTPClient) {
        let unused = state.withLock { state -> HTTPClient? in
            if state.pools[key]?.client === client {
                state.pools[key]?.leases -= 1
                return nil
            }
            let identity = ObjectIdentifier(client)
            guard var retired = state.retired[identity] else { return nil }
            retired.leases -= 1
            state.retired[identity] = retired.leases > 0 ? retired : nil
            return retired.leases > 0 ? nil : client
        }
        if let unused { ConnectionPools.close(unused) }
    }

    /// Closes all connections; requests under way fail.
    func shutdown() async {
        let clients = state.withLock { state in
            state.isShutDown = true
            return state.drain()
        }
        for client in clients { try? await client.shutdown() }
    }

    /// A client must be shut down before it may be released; nobody waits for it, and it can fail only by being shut down
    /// already.
    private static func close(_ client: HTTPClient) {
        Task { try? await client.shutdown() }
    }
}

extension ConnectionPools.State {
    mutating func evict(downTo capacity: Int) -> [HTTPClient] {
        var idle: [HTTPClient] = []
        while pools.count > capacity, let oldest = pools.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            pools[oldest.key] = nil
            let client = oldest.value.client
            if oldest.value.leases == 0 {
                idle.append(client)
            } else {
                retired[ObjectIdentifier(client)] = (client, oldest.value.leases)
            }
        }
        return idle
    }

    mutating func drain() -> [HTTPClient] {
        let all = pools.values.map(\.client) + retired.values.map(\.client)
        pools = [:]
        retired = [:]
        return all
    }
}
