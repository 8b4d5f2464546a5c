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
    /// carries an IPv4 address inside is never global: the inner one could be anything; and it is never a registry's if
    /// the inner one is not.
    public var reach: AddressReach {
        if IPAddress.metadataServices.contains(self) { return .never("a cloud metadata service") }
        if isIPv4 { return reachOfIPv4 }
        return carriedIPv4.lazy.compactMap(\.refusal).first ?? reachOfIPv6
    }

    /// The IPv4 addresses at the places where translators and tunnels, and the system itself for the mapped form, look
    /// for one.
    private var carriedIPv4: [CarriedAddress] {
        IPAddress.carriers.filter { $0.range.contains(self) }.compactMap { carrier in
            IPAddress(bytes: carrier.places.map { bytes[$0] }).map {
                CarriedAddress(address: $0, isCertain: carrier.isCertain)
            }
        }
    }

    private var reachOfIPv4: AddressReach {
        IPAddress.specialIPv4.first { $0.range.contains(self) }?.reach ?? .global
    }

    private var reachOfIPv6: AddressReach {
        if let special = IPAddress.specialIPv6.first(where: { $0.range.contains(self) }) { return special.reach }
        // Only 2000::/3 has been handed out for the internet; whatever is outside of it is not.
        return bytes[0] & 0xE0 == 0x20 ? .global : .near("not a global address")
    }

    /// AWS, Azure, Google and others; AWS over IPv6; Alibaba; Azure's wire server; Oracle.
    private static let metadataServices: [IPAddress] = [
        "169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    ].compactMap(IPAddress.init(canonical:))

    private static let specialIPv4: [SpecialRange] = [
        SpecialRange("0.0.0.0", 8, .never("an unspecified address")),
        SpecialRange("10.0.0.0", 8, .near("a private address")),
        SpecialRange("100.64.0.0", 10, .near("a carrier-grade NAT address")),
        SpecialRange("127.0.0.0", 8, .near("a loopback address")),
        SpecialRange("169.254.0.0", 16, .near("a link-local address")),
        SpecialRange("172.16.0.0", 12, .near("a private address")),
        SpecialRange("192.0.0.0", 24, .near("a protocol address")),
        SpecialRange("192.0.2.0", 24, .near("a documentation address")),
        SpecialRange("192.88.99.0", 24, .near("a 6to4 relay address")),
        SpecialRange("192.168.0.0", 16, .near("a private address")),
        SpecialRange("198.18.0.0", 15, .near("a benchmarking address")),
        SpecialRange("198.51.100.0", 24, .near("a documentation address")),
        SpecialRange("203.0.113.0", 24, .near("a documentation address")),
        SpecialRange("224.0.0.0", 4, .never("a multicast address")),
        SpecialRange("255.255.255.255", 32, .never("the broadcast address")),
        SpecialRange("240.0.0.0", 4, .near("a reserved address")),
    ].compactMap { $0 }

    private static let specialIPv6: [SpecialRange] = [
        SpecialRange("::", 128, .never("an unspecified address")),
        SpecialRange("::1", 128, .near("a loopback address")),
        SpecialRange("::ffff:0:0", 96, .near("an IPv4-mapped address")),
        SpecialRange("64:ff9b::", 96, .near("a NAT64 address")),
        SpecialRange("64:ff9b:1::", 48, .near("a NAT64 address")),
        SpecialRange("2001::", 23, .near("a protocol address")),
        SpecialRange("2001:db8::", 32, .near("a documentation address")),
        SpecialRange("2002::", 16, .near("a 6to4 address")),
        SpecialRange("3fff::", 20, .near("a documentation address")),
        SpecialRange("fc00::", 7, .near("a private address")),
        SpecialRange("fe80::", 10, .near("a link-local address")),
        SpecialRange("ff00::", 8, .never("a multicast address")),
    ].compactMap { $0 }
}

extension IPAddress {
    private struct SpecialRange: Sendable {
        let range: AddressRange
        let reach: AddressReach

        init?(_ prefix: String, _ length: Int, _ reach: AddressReach) {
            guard let range = AddressRange(prefix, length) else { return nil }
            self.range = range
            self.reach = reach
        }
    }

    private struct CarriedAddress {
        let address: IPAddress
        let isCertain: Bool

        /// What is only perhaps an address counts if it is a metadata service's: every number is some address, and `::1`
        /// would be 0.0.0.1.
        var refusal: AddressReach? {
            guard isCertain || IPAddress.metadataServices.contains(address) else { return nil }
            guard case .never(let what) = address.reach else { return nil }
            return .never("\(what) (\(address)) inside an IPv6 address")
        }
    }

    private struct Carrier: Sendable {
        let range: AddressRange
        let places: [Int]
        /// Whether all addresses of the range carry another at these places.
        let isCertain: Bool

        init?(_ prefix: String, _ length: Int, _ places: [Int], isCertain: Bool = true) {
            guard let range = AddressRange(prefix, length) else { return nil }
            self.range = range
            self.places = places
            self.isCertain = isCertain
        }
    }

    /// IPv4-mapped and IPv4-compatible (RFC 4291, 2.5.5), IPv4-translated (RFC 2765), NAT64 (RFC 6052, 2.2; the local
    /// prefix of RFC 8215 may be used at any of its lengths from 48 on), 6to4 (RFC 3056).
    private static let carriers: [Carrier] = [
        Carrier("::ffff:0:0", 96, [12, 13, 14, 15]),
        Carrier("::", 96, [12, 13, 14, 15], isCertain: false),
        Carrier("::ffff:0:0:0", 96, [12, 13, 14, 15]),
        Carrier("64:ff9b::", 96, [12, 13, 14, 15]),
        Carrier("64:ff9b:1::", 48, [6, 7, 9, 10], isCertain: false),
        Carrier("64:ff9b:1::", 48, [7, 9, 10, 11], isCertain: false),
        Carrier("64:ff9b:1::", 48, [9, 10, 11, 12], isCertain: false),
        Carrier("64:ff9b:1::", 48, [12, 13, 14, 15], isCertain: false),
        Carrier("2002::", 16, [2, 3, 4, 5]),
    ].compactMap { $0 }
}
