/// Keys that take OpenSSL as long to read as whoever made them up wants, so it is never given one.
enum CostlyKey {
    /// It describes its curve instead of naming it, which RFC 5480 section 2.1.1 forbids in certificates: hundreds of
    /// milliseconds.
    case explicitCurve
    /// It leaves out half of its point, on a curve that is not used here anyway: a root takes a millisecond on P-224.
    case compressedPoint

    /// Nil if the SubjectPublicKeyInfo holds none. Nothing else is said about it: bytes that are none are for others to refuse.
    init?(in info: ArraySlice<UInt8>) {
        var outer = DERReader(info)
        guard var fields = try? outer.element(DERTag.sequence).reader,
            var algorithm = try? fields.element(DERTag.sequence).reader,
            let identifier = try? algorithm.element(DERTag.objectIdentifier),
            OID(bytes: identifier.content) == .ellipticCurveKey, let curve = try? algorithm.element()
        else { return nil }
        if curve.tag == DERTag.sequence {
            self = .explicitCurve
        } else if ![OID.p256, .p384, .p521].contains(OID(bytes: curve.content)),
            let point = try? fields.element(DERTag.bitString).content, point.dropFirst().first != 0x04
        {
            self = .compressedPoint
        } else {
            return nil
        }
    }
}
