import Cryptography

/// The hash of a log entry (RFC 6962 section 2.1): SHA-256 over a zero byte and the entry. The zero byte keeps an entry
/// from ever being mistaken for an inner node of the tree, whose hash begins with a one.
public enum LeafHash {
    /// The 32 bytes of an entry's hash.
    public static func of(_ entry: [UInt8]) -> [UInt8] { of(entry[...]) }

    /// The same of an entry that stands among others.
    public static func of(_ entry: ArraySlice<UInt8>) -> [UInt8] {
        var digester = SHA256Digester()
        digester.update(0x00)
        entry.withUnsafeBytes { digester.update($0) }
        return digester.finish()
    }
}
