import Glibc
import NIOCore

/// An IPv4 or IPv6 address: what a name stands for, and what a connection is really made to.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    public let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads a dotted quad of four decimal numbers without leading zeros, or an IPv6 address without brackets and zone.
    /// Everything else is nil, above all the spellings that C libraries also take for IPv4: `0x7f.1`, `017700000001`,
    /// `2130706433`, `127.1`.
    public init?(canonical text: String) {
        guard let bytes = IPAddress.quad(text) ?? IPAddress.sixth(text) else { return nil }
        self.bytes = bytes
    }

    /// The address of one end of a socket; nil for one that has none.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(canonical: text)
    }

    /// An IPv4 address that is mapped into IPv6 (`::ffff:127.0.0.1`) is none.
    public var isIPv4: Bool { bytes.count == 4 }

    public var description: String {
        let packed = ByteBuffer(bytes: bytes)
        let text = (try? SocketAddress(packedIPAddress: packed, port: 0))?.ipAddress
        return text ?? bytes.map(String.init).joined(separator: ".")
    }

    private static func quad(_ text: String) -> [UInt8]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0.isDecimalDigit }) else { return nil }
            guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            guard let byte = UInt8(Substring(part)) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func sixth(_ text: String) -> [UInt8]? {
        // Other bytes never reach the C library, above all no NUL, at which it would stop reading.
        guard text.utf8.allSatisfy({ $0.isHexadecimalDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }),
            text.utf8.contains(UInt8(ascii: ":"))
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}

extension UInt8 {
    var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isHexadecimalDigit: Bool {
        isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
