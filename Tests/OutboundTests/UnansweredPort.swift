import Glibc
import Testing

/// A port at which connections are neither accepted nor refused, as behind a firewall that drops them: somebody listens,
/// whose queue is full.
final class UnansweredPort {
    private let listener: Int32
    private var fillers: [Int32] = []

    /// On `::1`. Throws if this machine has no IPv6, or the port is taken there.
    init(onIPv6 port: Int) throws {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(UInt16(clamping: port).bigEndian)
        inet_pton(AF_INET6, "::1", &address.sin6_addr)
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        func with(_ call: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1, call)
            }
        }
        listener = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0 && with({ bind(listener, $0, size) }) == 0 && listen(listener, 0) == 0)
        for _ in 0..<4 {
            let filler = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = with { connect(filler, $0, size) }
            fillers.append(filler)
        }
    }

    deinit {
        for descriptor in fillers + [listener] where descriptor >= 0 { close(descriptor) }
    }
}
