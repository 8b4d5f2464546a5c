import Glibc
public import NIOCore
import NIOPosix
import Synchronization

/// The name service of this machine (`getaddrinfo`), which knows `/etc/hosts`, search domains and whatever else the
/// operator set up.
///
/// `getaddrinfo` blocks and cannot be interrupted: it runs on threads of its own, and one that hangs outlives the
/// deadline of whoever asked. That is why the number of lookups under way is bounded.
public final class SystemResolver: HostResolver {
    private let timers: any EventLoopGroup
    private let threads: NIOThreadPool
    private let underWay = Mutex(0)

    /// A name service that answers at all answers in milliseconds; four threads serve hundreds of lookups a second.
    private static let threadCount = 4
    /// What is beyond this waits longer than any deadline when the name service hangs.
    private static let maximumUnderWay = 64

    /// `timers` only wakes whoever waits when the deadline is over.
    public init(timers: any EventLoopGroup) {
        self.timers = timers
        threads = NIOThreadPool(numberOfThreads: SystemResolver.threadCount)
        threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    public func addresses(
        of host: String, deadline: ContinuousClock.Instant
    ) async throws(HostResolverError) -> [IPAddress] {
        guard enter() else { throw .overloaded }
        let answer = timers.next().makePromise(of: Result<[IPAddress], HostResolverError>.self)
        // Whichever comes first counts: a promise keeps its first value.
        let timer = answer.futureResult.eventLoop.scheduleTask(deadline: NIODeadline(deadline)) {
            answer.succeed(.failure(.timedOut))
        }
        threads.submit { state in
            let result = state == .active ? systemAddresses(of: host) : .failure(.failed("shutting down"))
            self.leave()
            answer.succeed(result)
        }
        defer { timer.cancel() }
        guard let result = try? await answer.futureResult.get() else { throw .failed("shutting down") }
        return try result.get()
    }

    private func enter() -> Bool {
        underWay.withLock { count in
            guard count < SystemResolver.maximumUnderWay else { return false }
            count += 1
            return true
        }
    }

    private func leave() {
        underWay.withLock { $0 -= 1 }
    }
}

/// Blocks.
private func systemAddresses(of host: String) -> Result<[IPAddress], HostResolverError> {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else { return .failure(.failed(String(cString: gai_strerror(status)))) }
    defer { freeaddrinfo(list) }

    var addresses: [IPAddress] = []
    var next = list
    while let entry = next?.pointee {
        if let address = IPAddress(entry), !addresses.contains(address) { addresses.append(address) }
        next = entry.ai_next
    }
    return .success(addresses)
}

extension IPAddress {
    /// Reads the address out of the structure's bytes: in Linux's ABI (`man 7 ip`, `man 7 ipv6`) those of IPv4 stand
    /// behind family and port, those of IPv6 behind the flow label as well.
    fileprivate init?(_ entry: addrinfo) {
        let place: Range<Int>
        switch entry.ai_family {
        case AF_INET: place = 4..<8
        case AF_INET6: place = 8..<24
        default: return nil
        }
        let length = Int(entry.ai_addrlen)
        guard let address = UnsafeRawPointer(entry.ai_addr), length >= place.upperBound else { return nil }
        self.init(bytes: Array(UnsafeRawBufferPointer(start: address, count: length)[place]))
    }
}
