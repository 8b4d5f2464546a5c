import Outbound
import Testing

@Suite struct IPAddressTests {
    @Test(
        "a dotted quad and an IPv6 address are read and print in one spelling",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::", "::"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ])
    func canonical(text: String, spelled: String) {
        #expect(IPAddress(canonical: text)?.description == spelled)
    }

    @Test(
        "other spellings of an address are no address",
        arguments: [
            "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "127.0.0.256", "127.0.0.1.",
            " 127.0.0.1", "127.0.0.1\0", "[::1]", "fe80::1%eth0", "::1\0", "::g", "", ":", "１２７.0.0.1", "1.2.3.4:80",
        ])
    func oddSpellings(text: String) {
        #expect(IPAddress(canonical: text) == nil)
    }

    @Test(
        "addresses of the internet are global",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
            "2606:4700::1111", "2003::1", "2001:200::1",
        ])
    func global(text: String) {
        #expect(IPAddress(canonical: text)?.reach == .global)
    }

    @Test(
        "near addresses are not global",
        arguments: [
            "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.1.1", "172.16.0.1", "172.31.255.255",
            "192.168.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "240.0.0.1", "::1", "::ffff:1.1.1.1",
            "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1",
            "fd12::1", "fe80::1", "fec0::1", "::127.0.0.1", "100::1",
        ])
    func near(text: String) throws {
        guard case .near = try #require(IPAddress(canonical: text)).reach else {
            Issue.record("\(text) is not near")
            return
        }
    }

    @Test(
        "metadata services, multicast and unspecified addresses are never a registry",
        arguments: [
            "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "0.1.2.3", "::",
            "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1",
        ])
    func never(text: String) throws {
        guard case .never = try #require(IPAddress(canonical: text)).reach else {
            Issue.record("\(text) could be a registry")
            return
        }
    }

    @Test(
        "an IPv6 address that carries the address of a metadata service is never a registry",
        arguments: [
            "::ffff:169.254.169.254", "::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::a9fe:a9fe",
            "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::", "2002:a9fe:a9fe::1",
            "::ffff:100.100.100.200", "::ffff:168.63.129.16", "::ffff:0.0.0.0", "64:ff9b::e000:1",
        ])
    func carriedMetadata(text: String) throws {
        guard case .never = try #require(IPAddress(canonical: text)).reach else {
            Issue.record("\(text) could be a registry")
            return
        }
    }

    @Test(
        "an IPv6 address that carries another address is near",
        arguments: [
            "::ffff:169.254.169.253", "::169.254.169.253", "64:ff9b::a9fe:a9fd", "64:ff9b:1:a9fe:a9:fd00::",
            "2002:a9fe:a9fd::", "2002:a00:1::", "::ffff:10.0.0.1",
        ])
    func carriedNear(text: String) throws {
        guard case .near = try #require(IPAddress(canonical: text)).reach else {
            Issue.record("\(text) is not near")
            return
        }
    }
}
