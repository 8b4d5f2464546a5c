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
    fileprivate init?(_ entry: addrinfo) {
        let address = UnsafeRawPointer(entry.ai_addr)
        switch (entry.ai_family, address) {
        case (AF_INET, let address?) where Int(entry.ai_addrlen) >= MemoryLayout<sockaddr_in>.size:
            let fourth = address.loadUnaligned(as: sockaddr_in.self)
            self.init(bytes: withUnsafeBytes(of: fourth.sin_addr) { Array($0) })
        case (AF_INET6, let address?) where Int(entry.ai_addrlen) >= MemoryLayout<sockaddr_in6>.size:
            let sixth = address.loadUnaligned(as: sockaddr_in6.self)
            self.init(bytes: withUnsafeBytes(of: sixth.sin6_addr) { Array($0) })
        default:
            return nil
        }
    }
}
