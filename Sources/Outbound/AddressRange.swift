/// All addresses that share their first bits with a prefix.
struct AddressRange: Hashable, Sendable {
    private let prefix: [UInt8]
    private let length: Int

    /// Nil unless the prefix is an address and has so many bits.
    init?(_ prefix: String, _ length: Int) {
        guard let address = IPAddress(canonical: prefix), (0...address.bytes.count * 8).contains(length) else {
            return nil
        }
        self.prefix = address.bytes
        self.length = length
    }

    /// Reads `10.0.0.0/8` and `fd00::/8`.
    init?(parsing text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...3).contains(parts[1].count), parts[1].allSatisfy(\.isDecimalDigit),
            let length = Int(Substring(parts[1]))
        else { return nil }
        self.init(String(Substring(parts[0])), length)
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
