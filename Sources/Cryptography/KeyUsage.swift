/// What the key of a certificate may be used for (RFC 5280 section 4.2.1.3).
public struct KeyUsage: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    // OpenSSL's bits: those of the BIT STRING, the second byte above the first.
    public static let digitalSignature = KeyUsage(rawValue: 0x80)
    /// Also called nonRepudiation.
    public static let contentCommitment = KeyUsage(rawValue: 0x40)
    public static let keyEncipherment = KeyUsage(rawValue: 0x20)
    public static let dataEncipherment = KeyUsage(rawValue: 0x10)
    public static let keyAgreement = KeyUsage(rawValue: 0x08)
    public static let keyCertSign = KeyUsage(rawValue: 0x04)
    public static let cRLSign = KeyUsage(rawValue: 0x02)
}
