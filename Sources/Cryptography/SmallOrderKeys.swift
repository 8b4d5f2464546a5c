/// Ed25519 keys under which anybody can sign: the points of edwards25519 whose order divides the cofactor 8, and spellings of
/// them that are not reduced. OpenSSL takes them for keys, and verifies by RFC 8032 section 5.1.7: with such a key
/// `[S]B = R + [k]A` holds for S = 0 and an `R` that is found in a few tries, whatever the message.
enum SmallOrderKeys {
    /// The y-coordinates that such a point can have, as four words, the lowest first. Which of the two signs x has makes
    /// no difference.
    private static let coordinates: [[UInt64]] = [
        [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],  // y = 0, of order 4
        [0x0000000000000001, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],  // y = 1, the neutral point
        [0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5, 0x05fc536d880238b1],  // of order 8
        [0x4fd84d3d706a17c7, 0x0f67100d760b3cba, 0xc6cc392cfa53202a, 0x7a03ac9277fdc74e],  // of order 8
        [0xffffffffffffffec, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff],  // y = -1, of order 2
        [0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff],  // 0 again, not reduced
        [0xffffffffffffffee, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff],  // 1 again, not reduced
    ]

    /// Whether `key`, of 32 bytes as RFC 8032 section 5.1.2 writes a point, is one of them.
    static func contains(_ key: ArraySlice<UInt8>) -> Bool {
        var words: [UInt64] = []
        var rest = key
        while !rest.isEmpty {
            words.append(rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
            rest = rest.dropFirst(8)
        }
        guard words.count == 4 else { return false }
        // The highest bit is the sign of x.
        words[3] &= UInt64.max >> 1
        return coordinates.contains(words)
    }
}
