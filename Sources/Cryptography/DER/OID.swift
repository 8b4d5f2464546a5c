/// An object identifier (X.660) as DER writes it.
public struct OID: Hashable, Sendable {
    /// The content of the element, without tag and length (X.690 section 8.19).
    let bytes: [UInt8]

    /// - Parameter bytes: not looked at. Those that are no object identifier are equal to none that is one.
    public init(bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Nil unless `dotted` is one: `1.3.6.1.4.1.57264.1.8`.
    public init?(_ dotted: String) {
        let texts = dotted.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        var arcs: [UInt64] = []
        for text in texts {
            let isPlain = text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard isPlain, let arc = UInt64(Substring(text)), arc <= UInt64(UInt32.max) else { return nil }
            arcs.append(arc)
        }
        guard arcs.count >= 2, arcs[0] <= 2, arcs[0] == 2 || arcs[1] < 40 else { return nil }
        bytes = ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap(OID.encode)
    }

    /// Seven bits a byte, the highest first; all but the last have the eighth bit (X.690 section 8.19.2).
    private static func encode(_ arc: UInt64) -> [UInt8] {
        var bytes = [UInt8(arc & 0x7F)]
        var rest = arc >> 7
        while rest > 0 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes.reversed()
    }

    /// Whether it begins with another one, and goes on.
    func isBelow(_ other: OID) -> Bool { bytes.count > other.bytes.count && bytes.starts(with: other.bytes) }

    static func ~= (pattern: OID, value: OID) -> Bool { pattern.bytes == value.bytes }
}

extension OID {
    // RFC 5280 section 4.2.1, RFC 6962 section 3.3
    static let subjectKeyIdentifier = OID(bytes: [0x55, 0x1D, 0x0E])
    static let keyUsage = OID(bytes: [0x55, 0x1D, 0x0F])
    static let subjectAlternativeName = OID(bytes: [0x55, 0x1D, 0x11])
    static let basicConstraints = OID(bytes: [0x55, 0x1D, 0x13])
    static let authorityKeyIdentifier = OID(bytes: [0x55, 0x1D, 0x23])
    static let extendedKeyUsage = OID(bytes: [0x55, 0x1D, 0x25])
    static let signedCertificateTimestamps = OID(bytes: [0x2B, 0x06, 0x01, 0x04, 0x01, 0xD6, 0x79, 0x02, 0x04, 0x02])

    static let codeSigning = OID(bytes: [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03])

    /// 1.3.6.1.4.1.57264.1, under which Fulcio has its extensions (fulcio, `docs/oid-info.md`), and OpenSSL knows nothing.
    static let fulcio = OID(bytes: [0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xBF, 0x30, 0x01])

    /// The extension of Fulcio with that last number, below 128.
    public static func fulcio(_ number: UInt8) -> OID { OID(bytes: fulcio.bytes + [number & 0x7F]) }

    // RFC 5652, RFC 3161, RFC 5035
    static let signedData = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02])
    static let contentType = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03])
    static let messageDigest = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04])
    static let signingTime = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05])
    static let timestampInfo = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04])
    static let signingCertificate = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x0C])
    static let signingCertificateV2 = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F])

    // RFC 5480
    static let ellipticCurveKey = OID(bytes: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01])
    static let p256 = OID(bytes: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07])
    static let p384 = OID(bytes: [0x2B, 0x81, 0x04, 0x00, 0x22])
    static let p521 = OID(bytes: [0x2B, 0x81, 0x04, 0x00, 0x23])

    // RFC 5754, RFC 8017, RFC 5758, RFC 8410
    static let sha256 = OID(bytes: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01])
    static let sha384 = OID(bytes: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02])
    static let sha512 = OID(bytes: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03])
    static let rsa = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01])
    static let mgf1 = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08])
    static let rsaPSS = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A])
    static let sha256WithRSA = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B])
    static let sha384WithRSA = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0C])
    static let sha512WithRSA = OID(bytes: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0D])
    static let ecdsaWithSHA256 = OID(bytes: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])
    static let ecdsaWithSHA384 = OID(bytes: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03])
    static let ecdsaWithSHA512 = OID(bytes: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04])
    static let ed25519 = OID(bytes: [0x2B, 0x65, 0x70])
}
