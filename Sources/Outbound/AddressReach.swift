/// Where an address leads, which decides whether a connection may be made to it.
///
/// An image reference, a redirect and a token realm are all written by strangers; without this rule each of them could
/// make the gate knock at services that only it can reach.
public enum AddressReach: Hashable, Sendable {
    /// The public internet.
    case global
    /// Somewhere near: allowed only for a host that is listed with private addresses allowed.
    case near(String)
    /// Never a registry: the metadata services of clouds, which hand out credentials, and addresses that are no host's.
    case never(String)
}

extension IPAddress {
    /// IANA's special-purpose registries (RFC 6890) and the metadata addresses of the large clouds. An IPv6 address that
    /// carries an IPv4 address inside is never global: the inner one could be anything.
    public var reach: AddressReach {
        if IPAddress.metadataServices.contains(self) { return .never("a cloud metadata service") }
        return isIPv4 ? reachOfIPv4 : reachOfIPv6
    }

    private var reachOfIPv4: AddressReach {
        for range in IPAddress.specialIPv4 where range.contains(self) { return range.reach }
        return .global
    }

    private var reachOfIPv6: AddressReach {
        for range in IPAddress.specialIPv6 where range.contains(self) { return range.reach }
        // Only 2000::/3 has been handed out for the internet; whatever is outside of it is not.
        return bytes[0] & 0xE0 == 0x20 ? .global : .near("not a global address")
    }

    /// AWS, Azure, Google and others; AWS over IPv6; Alibaba; Azure's wire server; Oracle.
    private static let metadataServices: [IPAddress] = [
        "169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    ].compactMap(IPAddress.init(canonical:))

    private static let specialIPv4: [AddressRange] = [
        AddressRange("0.0.0.0", 8, .never("an unspecified address")),
        AddressRange("10.0.0.0", 8, .near("a private address")),
        AddressRange("100.64.0.0", 10, .near("a carrier-grade NAT address")),
        AddressRange("127.0.0.0", 8, .near("a loopback address")),
        AddressRange("169.254.0.0", 16, .near("a link-local address")),
        AddressRange("172.16.0.0", 12, .near("a private address")),
        AddressRange("192.0.0.0", 24, .near("a protocol address")),
        AddressRange("192.0.2.0", 24, .near("a documentation address")),
        AddressRange("192.88.99.0", 24, .near("a 6to4 relay address")),
        AddressRange("192.168.0.0", 16, .near("a private address")),
        AddressRange("198.18.0.0", 15, .near("a benchmarking address")),
        AddressRange("198.51.100.0", 24, .near("a documentation address")),
        AddressRange("203.0.113.0", 24, .near("a documentation address")),
        AddressRange("224.0.0.0", 4, .never("a multicast address")),
        AddressRange("255.255.255.255", 32, .never("the broadcast address")),
        AddressRange("240.0.0.0", 4, .near("a reserved address")),
    ].compactMap { $0 }

    private static let specialIPv6: [AddressRange] = [
        AddressRange("::", 128, .never("an unspecified address")),
        AddressRange("::1", 128, .near("a loopback address")),
        AddressRange("::ffff:0:0", 96, .near("an IPv4-mapped address")),
        AddressRange("64:ff9b::", 96, .near("a NAT64 address")),
        AddressRange("64:ff9b:1::", 48, .near("a NAT64 address")),
        AddressRange("2001::", 23, .near("a protocol address")),
        AddressRange("2001:db8::", 32, .near("a documentation address")),
        AddressRange("2002::", 16, .near("a 6to4 address")),
        AddressRange("3fff::", 20, .near("a documentation address")),
        AddressRange("fc00::", 7, .near("a private address")),
        AddressRange("fe80::", 10, .near("a link-local address")),
        AddressRange("ff00::", 8, .never("a multicast address")),
    ].compactMap { $0 }
}

/// All addresses that share their first bits with a prefix.
private struct AddressRange: Sendable {
    let prefix: [UInt8]
    let length: Int
    let reach: AddressReach

    init?(_ prefix: String, _ length: Int, _ reach: AddressReach) {
        guard let address = IPAddress(canonical: prefix) else { return nil }
        self.prefix = address.bytes
        self.length = length
        self.reach = reach
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == prefix.count else { return false }
        var left = length
        for (own, other) in zip(prefix, address.bytes) {
            guard left > 0 else { break }
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            guard own & mask == other & mask else { return false }
            left -= 8
        }
        return true
    }
}
