import Foundation

/// A name service that is asked and never answers; where its port may not be taken, an address that leads nowhere.
final class SilentNameService {
    let address: String
    private let descriptor: Int32

    /// The only port that a name service can have.
    private static let port: UInt16 = 53

    init() {
        let candidate = "127.0.0.\(Int.random(in: 2...254))"
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = SilentNameService.port.bigEndian
        place.sin_addr.s_addr = inet_addr(candidate)
        let isBound = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        self.descriptor = descriptor
        // 192.0.2.0/24 is for documentation: no network leads there.
        address = isBound ? candidate : "192.0.2.1"
    }

    deinit { close(descriptor) }
}
